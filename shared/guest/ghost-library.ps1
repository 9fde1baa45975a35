# What the scripts that know of ghost adapters share; the renderer puts it in place of the include line.

# More would not fit into an answer: a VM can have hundreds.
$GhostLimit = 8

function Get-GhostAdapters {
    # Devices of the hypervisor's network and of accelerated networking that Windows remembers although they are gone (greyed in
    # Device Manager). A disabled adapter is still there. Get-NetAdapter shows none that is gone.
    $there = @(foreach ($adapter in @(Get-NetAdapter)) { [string]$adapter.PnPDeviceID })
    $ghosts = foreach ($device in @(Get-PnpDevice | Sort-Object -Property InstanceId)) {
        if ($null -eq $device -or $device.Present -ne $false -or [string]$device.Status -ne 'Unknown') { continue }
        if (@('netvsc', 'mlx5', 'mlx4_bus') -notcontains [string]$device.Service) { continue }
        if ([string]$device.InstanceId -notmatch '^(PCI|VMBUS)\\' -or $there -contains [string]$device.InstanceId) { continue }
        [ordered]@{ id = [string]$device.InstanceId; name = [string]$device.FriendlyName; service = [string]$device.Service }
    }
    return , @($ghosts | Where-Object { $null -ne $_ })
}

function Get-GhostList($Ghosts) {
    # The first ones, with names that fit.
    return , @(foreach ($ghost in @($Ghosts | Select-Object -First $GhostLimit)) {
        $name = $ghost.name
        if ($name.Length -gt 64) { $name = $name.Substring(0, 63) + '~' }
        , @($ghost.id, $name, $ghost.service)
    })
}
