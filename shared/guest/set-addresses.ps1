# static-ip-remediator:set-addresses/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: guest-transaction.ps1
# include: guest-dead-man.ps1

# Gives one adapter that stays static Azure's own addresses, the primary one first, as a transaction: it ends with these, or as it began.
# The others are not chosen as a source, since Azure lets only the primary one reach its services. Source: no-internet-access-multi-ip.

function Read-OwnParameters($Parameters, $Given) {
    # Addresses as address/mask, the primary one first.
    $Parameters.addresses = @(([string]$Given.addresses) -split ',')
    foreach ($address in $Parameters.addresses) {
        $ip, $mask, $more = $address -split '/'
        Assert-Address 'addresses' $ip
        Assert-Address 'addresses' $mask
        if ($null -ne $more) { throw 'addresses: must be address/mask' }
    }
    $Parameters.gateway = [string]$Given.gateway
    Assert-Address 'gateway' $Parameters.gateway
    Read-DeadManSeconds $Parameters $Given
}

function Test-OwnSet($Run) {
    $view = Get-View $Run.guid
    return ($view.dhcp -eq $false -and (Get-Heads (Get-Kept $view)) -eq (Get-Heads $Run.parameters.addresses))
}

function Test-Guards($Run) {
    # Says why the adapter must not be touched; null if it may be.
    $refusal = Find-Target $Run
    if ($null -ne $refusal) { return $refusal }
    if (-not $Run.before.on) { return 'adapter-disabled' }
    if (Test-OwnSet $Run) {
        if ($Run.taskState -eq 'armed') { Disable-DeadMan $Run }
        return 'already-set'
    }
    if ($Run.before.fp -ne $Run.parameters.fingerprint -or $Run.before.dhcp -ne $false) { return 'drifted' }
    # Throws where netsh cannot be told safely which adapter is meant.
    $null = Get-NetshName (Get-AdapterByGuid $Run.guid)
    return $null
}

function Set-Sources($Run, $Index) {
    # Says whether exactly the others are left out as sources.
    $ips = @($Run.parameters.addresses | ForEach-Object { ($_ -split '/')[0] })
    foreach ($ip in $ips) {
        $null = Set-NetIPAddress -InterfaceIndex $Index -IPAddress $ip -SkipAsSource ($ip -ne $ips[0])
    }
    return ((Get-Heads (Get-SkippedAddresses $Index)) -eq (Get-Heads @($ips | Select-Object -Skip 1)))
}

function Complete-Set($Run, $Index) {
    # The addresses are right: from here on nothing is undone, whatever else fails.
    Disable-DeadMan $Run
    $marked = $false
    try { $marked = Set-Sources $Run $Index } catch { $Run.detail = Get-ErrorText $_ }
    $routed = -not $Run.parameters.primaryNic -or (Get-DefaultHops $Index) -contains $Run.parameters.gateway
    if (-not $routed) { return 'no-default-route' }
    if (-not $marked) { return 'sources-not-set' }
    return 'addresses-set'
}

function Set-OwnAddresses($Run) {
    # Everything that changes the guest. The task is armed when it begins. On another NIC than the primary one the gateways stay:
    # Azure gives none there.
    $adapter = Get-AdapterByGuid $Run.guid
    $gateways = @($Run.saved.gateways)
    if ($Run.parameters.primaryNic) { $gateways = @($Run.parameters.gateway + '/0') }
    Set-Static $adapter $Run.parameters.addresses $gateways
    for ($second = 0; $second -lt $Run.parameters.leaseWaitSeconds -and -not (Test-OwnSet $Run); $second++) { Start-Sleep -Seconds 1 }
    if (Test-OwnSet $Run) { return Complete-Set $Run $adapter.InterfaceIndex }
    return Undo-Change $Run 'not-set-restored'
}

function Invoke-Transaction($Run) {
    $refusal = Test-Guards $Run
    if ($null -ne $refusal) { return $refusal }
    $expected = @($Run.parameters.addresses | ForEach-Object { ($_ -split '/')[0] }) -join ','
    $Run.saved = Get-Saved $Run (Get-DhcpService) $expected
    return Invoke-Armed $Run 'Set-OwnAddresses'
}

Invoke-Script 'set-addresses/1'
