# static-ip-remediator:switch-to-dhcp/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: guest-transaction.ps1
# include: guest-dead-man.ps1

# Switches one adapter from a static address to DHCP as a transaction: it ends with the expected address, or as it began.

function Read-OwnParameters($Parameters, $Given) {
    $Parameters.expectedAddress = [string]$Given.expectedAddress
    Assert-Address 'expectedAddress' $Parameters.expectedAddress
    Read-DeadManSeconds $Parameters $Given
}

function Test-Guards($Run) {
    # Says why the adapter must not be touched; null if it may be.
    $refusal = Find-Target $Run
    if ($null -ne $refusal) { return $refusal }
    $view = $Run.before
    if (-not $view.on) { return 'adapter-disabled' }
    if (Test-RightLease $view $Run.parameters.expectedAddress) {
        if ($Run.taskState -eq 'armed') { Disable-DeadMan $Run }
        return 'already-dhcp'
    }
    if ($view.fp -ne $Run.parameters.fingerprint) { return 'drifted' }
    if ($view.dhcp -ne $false) { return 'lease-stale' }
    # Throws where netsh cannot be told safely which adapter is meant.
    $null = Get-NetshName (Get-AdapterByGuid $view.guid)
    return $null
}

function Repair-DefaultRoute($Run, $Index) {
    # Says whether an active default route leads through the lease's gateway; only then is an old one removed, and never that one:
    # removing a next hop takes it out of the active store too, so the same gateway before and after must stay as it is.
    $leaseHops = @((Read-Interface $Run.guid).leaseGateways)
    $active = Get-DefaultHops $Index
    if ($leaseHops.Count -eq 0 -or $active -notcontains $leaseHops[0]) { return $false }
    foreach ($gateway in @($Run.saved.gateways)) {
        $hop = ($gateway -split '/')[0]
        if ($leaseHops -notcontains $hop -and $active -contains $hop) {
            $null = Remove-NetRoute -InterfaceIndex $Index -AddressFamily IPv4 -DestinationPrefix '0.0.0.0/0' -NextHop $hop -Confirm:$false -ErrorAction SilentlyContinue
        }
    }
    return ((Get-DefaultHops $Index) -contains $leaseHops[0])
}

function Complete-Switch($Run, $Index) {
    # The address is right: from here on nothing is undone, whatever else fails.
    Disable-DeadMan $Run
    $routed = $false
    try { $routed = Repair-DefaultRoute $Run $Index } catch { $Run.detail = Get-ErrorText $_ }
    if ($Run.parameters.primaryNic -and -not $routed) { return 'no-default-route' }
    return 'switched'
}

function Switch-Adapter($Run) {
    # Everything that changes the guest. The task is armed when it begins.
    $adapter = Get-AdapterByGuid $Run.guid
    $started = $false
    try { $started = Start-DhcpService $Run.saved } catch { $Run.detail = Get-ErrorText $_ }
    if (-not $started) { return Undo-Change $Run 'dhcp-unusable' }
    $null = netsh interface ip set address ('name=' + (Get-NetshName $adapter)) 'source=dhcp'
    for ($look = 0; $look -lt $SettleSeconds -and (Get-View $Run.guid).dhcp -ne $true; $look++) { Start-Sleep -Seconds 1 }
    if ((Get-View $Run.guid).dhcp -ne $true) { return Undo-Change $Run 'netsh-failed' }
    if (Wait-Lease $Run) { return Complete-Switch $Run $adapter.InterfaceIndex }
    if ((Get-Kept $Run.after).Count -eq 0) { return Undo-Change $Run 'lease-missing-restored' }
    return Undo-Change $Run 'lease-wrong-restored'
}

function Invoke-Transaction($Run) {
    $refusal = Test-Guards $Run
    if ($null -ne $refusal) { return $refusal }
    $service = Get-DhcpService
    if ($null -eq $service) { return 'dhcp-unusable' }
    $Run.saved = Get-Saved $Run $service $Run.parameters.expectedAddress
    return Invoke-Armed $Run 'Switch-Adapter'
}

Invoke-Script 'switch-to-dhcp/1'
