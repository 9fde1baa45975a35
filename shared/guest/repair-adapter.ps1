# static-ip-remediator:repair-adapter/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: guest-transaction.ps1

# Repairs what keeps one adapter from the lease that Azure has for it, one thing at a time: it enables the adapter, sets the DHCP
# client service to automatic and starts it, or renews the lease. A repair after which the lease is not Azure's is undone; a lease
# itself is the server's. No dead-man's task: what a killed run leaves takes no address away from Windows that Azure delivers to.

function Read-OwnParameters($Parameters, $Given) {
    $Parameters.repair = [string]$Given.repair
    if ('enable', 'service', 'renew' -cnotcontains $Parameters.repair) { throw 'repair: must be enable, service or renew' }
    $Parameters.expectedAddress = [string]$Given.expectedAddress
    Assert-Address 'expectedAddress' $Parameters.expectedAddress
}

function Test-Guards($Run) {
    # Says why nothing may be touched; null if it may be.
    $refusal = Find-Target $Run
    if ($null -ne $refusal) { return $refusal }
    # This run's own task is at work on the adapter: what it leaves is waited for.
    if ($Run.taskState -eq 'armed') { return 'task-armed' }
    $view = $Run.before
    $repair = $Run.parameters.repair
    if ($view.on -and (Test-RightLease $view $Run.parameters.expectedAddress)) { return 'already-right' }
    if ($repair -ne 'enable' -and -not $view.on) { return 'adapter-disabled' }
    $repairable = $view.dhcp -eq $true
    if ($repair -eq 'enable') { $repairable = -not $view.on }
    if ($view.fp -ne $Run.parameters.fingerprint -or -not $repairable) { return 'drifted' }
    if ($repair -eq 'enable') { return $null }
    $service = Get-DhcpService
    if ($null -eq $service -or ($repair -eq 'renew' -and $service.State -ne 'Running')) { return 'dhcp-unusable' }
    return $null
}

function Restore-Enabled($Run) {
    if ((Get-View $Run.guid).on) { $null = Get-AdapterByGuid $Run.guid | Disable-NetAdapter -Confirm:$false }
    for ($look = 0; $look -lt $SettleSeconds -and (Get-View $Run.guid).on; $look++) { Start-Sleep -Seconds 1 }
    return (-not (Get-View $Run.guid).on)
}

function Restore-Service($Saved) {
    $types = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }
    if ((Get-DhcpService).StartMode -ne $Saved.dhcpMode) { $null = Set-Service -Name Dhcp -StartupType $types[$Saved.dhcpMode] }
    if (-not $Saved.dhcpRan) { $null = Stop-Service -Name Dhcp -Force -ErrorAction SilentlyContinue }
    $service = Get-DhcpService
    return ($service.StartMode -eq $Saved.dhcpMode -and ($service.State -eq 'Running') -eq $Saved.dhcpRan)
}

function Undo-Repair($Run, $Exit) {
    $restored = $true
    try {
        if ($Run.parameters.repair -eq 'enable') { $restored = Restore-Enabled $Run }
        if ($Run.parameters.repair -eq 'service') { $restored = Restore-Service $Run.saved }
    } catch {
        $restored = $false
        $Run.detail = Get-ErrorText $_
    }
    if ($restored) { return $Exit }
    return 'restore-failed'
}

function Complete-Repair($Run) {
    # The address is right: from here on nothing is undone, whatever else fails.
    if (-not $Run.parameters.primaryNic) { return 'repaired' }
    $leaseHops = @((Read-Interface $Run.guid).leaseGateways)
    if ($leaseHops.Count -gt 0 -and (Get-DefaultHops (Get-AdapterByGuid $Run.guid).InterfaceIndex) -contains $leaseHops[0]) { return 'repaired' }
    return 'no-default-route'
}

function Wait-Repaired($Run) {
    if (Wait-Lease $Run) { return Complete-Repair $Run }
    $exit = 'lease-wrong'
    if ((Get-Kept $Run.after).Count -eq 0) { $exit = 'lease-missing' }
    if ($Run.parameters.repair -eq 'renew') { return $exit }
    return Undo-Repair $Run ($exit + '-restored')
}

function Enable-Adapter($Run) {
    $null = Get-AdapterByGuid $Run.guid | Enable-NetAdapter -Confirm:$false
    for ($look = 0; $look -lt $SettleSeconds -and -not (Get-View $Run.guid).on; $look++) { Start-Sleep -Seconds 1 }
    $view = Get-View $Run.guid
    if (-not $view.on) { return Undo-Repair $Run 'enable-failed' }
    # Whether its static addresses are right is the next diagnosis' question, and a switch to DHCP can answer it only while it is on.
    if ($view.dhcp -eq $false) { return 'enabled-static' }
    return Wait-Repaired $Run
}

function Repair-Service($Run) {
    $started = $false
    try {
        if ($Run.saved.dhcpMode -ne 'Auto') { $null = Set-Service -Name Dhcp -StartupType Automatic }
        $started = Start-DhcpService $Run.saved
    } catch { $Run.detail = Get-ErrorText $_ }
    if (-not $started) { return Undo-Repair $Run 'dhcp-unusable' }
    return Wait-Repaired $Run
}

function Update-Lease($Run) {
    # By CIM, which needs no name. What it returns says only that it was asked; what came of it is read.
    $configuration = Get-CimInstance -ClassName Win32_NetworkAdapterConfiguration -Filter ("SettingID='" + $Run.guid + "'")
    $null = Invoke-CimMethod -InputObject $configuration -MethodName RenewDHCPLease
    return Wait-Repaired $Run
}

function Invoke-Transaction($Run) {
    $refusal = Test-Guards $Run
    if ($null -ne $refusal) { return $refusal }
    $service = Get-DhcpService
    $Run.saved = @{ dhcpMode = [string]$service.StartMode; dhcpRan = ($service.State -eq 'Running') }
    $Run.netsh = Get-NetshText (Get-AdapterByGuid $Run.guid)
    try {
        if ($Run.parameters.repair -eq 'enable') { return Enable-Adapter $Run }
        if ($Run.parameters.repair -eq 'service') { return Repair-Service $Run }
        return Update-Lease $Run
    } catch {
        $Run.detail = Get-ErrorText $_
        return Undo-Repair $Run 'error-restored'
    }
}

Invoke-Script 'repair-adapter/1'
