# static-ip-remediator:remove-ghosts/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: ghost-library.ps1

# Lists ghost adapters, and removes those that it is told to: only greyed ones of the hypervisor's own network (service netvsc,
# "Microsoft Hyper-V Network Adapter"). A device that is there is never touched. Run twice it finds them gone.

function Remove-Ghosts($Wanted, $Ghosts) {
    # What became of each. The list afterwards counts, not what pnputil says: older versions of it cannot remove devices.
    $greyed = @(foreach ($ghost in $Ghosts) { if ($ghost.service -eq 'netvsc' -and $ghost.id -match '^VMBUS\\') { $ghost.id } })
    foreach ($id in $Wanted) { if ($greyed -contains $id) { $null = pnputil /remove-device $id } }
    $left = @(foreach ($ghost in (Get-GhostAdapters)) { $ghost.id })
    return , @(foreach ($id in $Wanted) {
        $end = 'left-alone'
        if ($greyed -contains $id) { if ($left -contains $id) { $end = 'stayed' } else { $end = 'removed' } }
        , @($id, $end)
    })
}

function Read-Parameters {
    $given = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($EncodedParameters)) | ConvertFrom-Json
    $notAfter = $given.notAfter
    if ($notAfter -isnot [DateTime]) {
        $styles = [Globalization.DateTimeStyles]::AssumeUniversal -bor [Globalization.DateTimeStyles]::AdjustToUniversal
        $notAfter = [DateTime]::Parse([string]$notAfter, [Globalization.CultureInfo]::InvariantCulture, $styles)
    }
    # Instance ids hold no bar. What is not of their form is no id, and goes into no command.
    $wanted = @(([string]$given.remove) -split '\|' | Where-Object { $_ -match '^VMBUS\\[0-9A-Za-z{}_&.-]+\\[0-9A-Za-z{}_&.-]+$' })
    return @{ notAfter = $notAfter.ToUniversalTime(); wanted = $wanted }
}

function Invoke-Removal {
    $envelope = [ordered]@{ sir = 'remove-ghosts/1'; at = ConvertTo-Instant (Get-Date); exit = 'listed'; ghostCount = 0; ghosts = @(); removed = @(); netsh = $null }
    $parameters = Read-Parameters
    $ghosts = Get-GhostAdapters
    if ($parameters.wanted.Count -gt 0) {
        if ((Get-Date).ToUniversalTime() -gt $parameters.notAfter) { $envelope.exit = 'expired' }
        else {
            $envelope.removed = Remove-Ghosts $parameters.wanted $ghosts
            $envelope.exit = 'removed'
            $ghosts = Get-GhostAdapters
        }
    }
    $envelope.ghostCount = [int]$ghosts.Count
    if ($envelope.exit -ne 'removed') { $envelope.ghosts = Get-GhostList $ghosts }
    return $envelope
}

try {
    if (-not (Test-Elevated)) {
        Write-Envelope ([ordered]@{ sir = 'remove-ghosts/1'; error = 'not-elevated'; detail = 'the script ran without administrator rights' }) @() $null
    } else { Write-Envelope (Invoke-Removal) @() $null }
} catch {
    Write-Envelope ([ordered]@{ sir = 'remove-ghosts/1'; error = 'guest-error'; detail = Get-ErrorText $_ }) @() $null
}
