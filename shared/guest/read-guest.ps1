# static-ip-remediator:read-guest/1
$EncodedParameters = 'e30='
# include: guest-library.ps1

# Reads what the diagnosis needs and prints it as one JSON line, the last one. Changes nothing.

function Get-Roles($OperatingSystem) {
    $services = @(foreach ($service in @(Get-CimInstance -ClassName Win32_Service -Filter "Name='NTDS' OR Name='ClusSvc'")) { [string]$service.Name })
    $roles = @()
    # ProductType 2 is a domain controller; its directory service may be stopped.
    if ([int]$OperatingSystem.ProductType -eq 2 -or $services -contains 'NTDS') { $roles += 'domainController' }
    if ($services -contains 'ClusSvc') { $roles += 'clusterNode' }
    return , $roles
}

function Get-DhcpFacts {
    $service = Get-DhcpService
    if ($null -eq $service) { return , @('missing', 'other') }
    $state = 'other'
    if ($service.State -eq 'Running') { $state = 'running' } elseif ($service.State -eq 'Stopped') { $state = 'stopped' }
    $mode = 'other'
    if ($service.StartMode -eq 'Auto') { $mode = 'automatic' } elseif ($service.StartMode -eq 'Manual') { $mode = 'manual' } elseif ($service.StartMode -eq 'Disabled') { $mode = 'disabled' }
    return , @($state, $mode)
}

function Read-Guest {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $boot = $null
    if ($null -ne $system.LastBootUpTime) { $boot = ConvertTo-Instant $system.LastBootUpTime }
    # Unknown roles are told as such: such a guest counts as left alone for whatever restarts it.
    $roles = $null
    try { $roles = Get-Roles $system } catch { $roles = $null }
    $tasks = @(foreach ($task in (Get-OurTaskNames)) { $task.Substring('static-ip-remediator-'.Length) })
    return [ordered]@{
        sir = 'read-guest/1'
        at = ConvertTo-Instant (Get-Date)
        boot = $boot
        name = [string]$system.CSName
        dhcp = Get-DhcpFacts
        roles = $roles
        tasks = $tasks
        adapters = Get-AdapterViews
        netsh = $null
    }
}

try {
    if (-not (Test-Elevated)) {
        # Without rights Windows hides other accounts' tasks: an armed dead-man would be missed.
        Write-Envelope ([ordered]@{ sir = 'read-guest/1'; error = 'not-elevated'; detail = 'the script ran without administrator rights' }) @() $null
    } else {
        $envelope = Read-Guest
        Write-Envelope $envelope $envelope.adapters (Get-NetshText $null)
    }
} catch {
    Write-Envelope ([ordered]@{ sir = 'read-guest/1'; error = 'guest-error'; detail = Get-ErrorText $_ }) @() $null
}
