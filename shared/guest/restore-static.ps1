# static-ip-remediator:restore-static/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: guest-transaction.ps1
# include: guest-dead-man.ps1

# Takes a switch to DHCP back: gives one adapter its static configuration again as a transaction; it ends with that, or on DHCP as it began.
# Whether Azure knows these addresses was decided before; here they only have to come into force.

function Restore-Static($Saved) {
    # What was there before is DHCP here, so that is what comes back; from the dead-man's task too, which takes this function along.
    if ((Read-Interface $Saved.guid).dhcp -ne $true) {
        $null = netsh interface ip set address ('name=' + (Get-NetshName (Get-AdapterByGuid $Saved.guid))) 'source=dhcp'
    }
    for ($look = 0; $look -lt 5 -and (Read-Interface $Saved.guid).dhcp -ne $true; $look++) { Start-Sleep -Seconds 1 }
    return ((Read-Interface $Saved.guid).dhcp -eq $true)
}

function Read-OwnParameters($Parameters, $Given) {
    # Addresses as address/mask, in their order; gateways as addresses, none if empty.
    $Parameters.addresses = @(([string]$Given.addresses) -split ',')
    foreach ($address in $Parameters.addresses) {
        $ip, $mask, $more = $address -split '/'
        Assert-Address 'addresses' $ip
        Assert-Address 'addresses' $mask
        if ($null -ne $more) { throw 'addresses: must be address/mask' }
    }
    $Parameters.gateways = @(([string]$Given.gateways) -split ',' | Where-Object { $_ })
    foreach ($gateway in $Parameters.gateways) { Assert-Address 'gateways' $gateway }
    Read-DeadManSeconds $Parameters $Given
}

function Test-Restored($Run) {
    # The addresses are in force, none of them in conflict with another machine's, and the default route leads out again.
    $view = Get-View $Run.guid
    if ($view.dhcp -ne $false -or (Get-Heads (Get-Kept $view)) -ne (Get-Heads $Run.parameters.addresses)) { return $false }
    foreach ($gateway in $Run.parameters.gateways) { if ($view.gw -notcontains $gateway) { return $false } }
    return $true
}

function Test-Guards($Run) {
    # Says why the adapter must not be touched; null if it may be.
    $refusal = Find-Target $Run
    if ($null -ne $refusal) { return $refusal }
    if (-not $Run.before.on) { return 'adapter-disabled' }
    if (Test-Restored $Run) {
        if ($Run.taskState -eq 'armed') { Disable-DeadMan $Run }
        return 'already-static'
    }
    if ($Run.before.fp -ne $Run.parameters.fingerprint -or $Run.before.dhcp -ne $true) { return 'drifted' }
    # Throws where netsh cannot be told safely which adapter is meant.
    $null = Get-NetshName (Get-AdapterByGuid $Run.guid)
    return $null
}

function Set-SavedAddresses($Run) {
    # Everything that changes the guest. The task is armed when it begins.
    Set-Static (Get-AdapterByGuid $Run.guid) $Run.parameters.addresses @($Run.parameters.gateways | ForEach-Object { $_ + '/0' })
    for ($second = 0; $second -lt $Run.parameters.leaseWaitSeconds -and -not (Test-Restored $Run); $second++) { Start-Sleep -Seconds 1 }
    if (-not (Test-Restored $Run)) { return Undo-Change $Run 'not-in-force-undone' }
    Disable-DeadMan $Run
    return 'static-restored'
}

function Invoke-Transaction($Run) {
    $refusal = Test-Guards $Run
    if ($null -ne $refusal) { return $refusal }
    $Run.saved = [ordered]@{
        guid = $Run.guid
        expected = @($Run.parameters.addresses | ForEach-Object { ($_ -split '/')[0] }) -join ','
        task = $Run.task
        dhcp = $true
    }
    return Invoke-Armed $Run 'Set-SavedAddresses'
}

Invoke-Script 'restore-static/1'
