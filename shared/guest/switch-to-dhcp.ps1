# static-ip-remediator:switch-to-dhcp/1
$EncodedParameters = 'e30='
# include: guest-library.ps1

# Switches one adapter from a static address to DHCP as a transaction: it ends with the expected address, or as it began.
# 1. Nothing is changed before every guard held, the static configuration was saved and the dead-man's task was armed.
# 2. The task is disarmed only once the address is the expected one or the saved configuration is back.
# 3. Script and task work under one named mutex, so that one never undoes what the other just did.

$SettleSeconds = 5

function Enter-Mutex($Mutex, $Seconds) {
    # An abandoned mutex is ours: its owner was killed, and what it left behind is looked at afterwards.
    try { return $Mutex.WaitOne($Seconds * 1000) } catch [Threading.AbandonedMutexException] { return $true }
}

function Invoke-DeadMan {
    $saved = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($EncodedValues)) | ConvertFrom-Json
    $mutex = [Threading.Mutex]::new($false, 'Global\static-ip-remediator')
    # A script that still holds it now hangs: its own bound is long over. So the task goes on without it.
    $held = Enter-Mutex $mutex 60
    try {
        $done = ((Get-AddressesInForce $saved.guid) -join ',') -eq $saved.expected -or $null -eq (Get-AdapterByGuid $saved.guid)
        for ($try = 0; $try -lt 3 -and -not $done; $try++) {
            try { $done = Restore-Static $saved } catch { Start-Sleep -Seconds 5 }
        }
        if ($done) { $null = Unregister-ScheduledTask -TaskName $saved.task -TaskPath '\' -Confirm:$false }
    } finally { if ($held) { $mutex.ReleaseMutex() } }
}

function Get-DeadManScript($Saved) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-AsciiJson $Saved)))
    $lines = @('# static-ip-remediator:dead-man/1', "`$EncodedValues = '$encoded'", "`$ErrorActionPreference = 'Stop'")
    foreach ($name in 'Read-Interface', 'Get-AddressesInForce', 'Get-AdapterByGuid', 'Get-NetshName', 'Get-Heads', 'Test-StaticInPlace', 'Restore-Static', 'Enter-Mutex', 'Invoke-DeadMan') {
        $lines += (Get-Command -Name $name -CommandType Function).ScriptBlock.Ast.Extent.Text
    }
    return ($lines + 'Invoke-DeadMan') -join "`n"
}

function Register-DeadMan($Saved, $Seconds) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes((Get-DeadManScript $Saved)))
    $powershell = $env:SystemRoot + '\System32\WindowsPowerShell\v1.0\powershell.exe'
    $action = New-ScheduledTaskAction -Execute $powershell -Argument ('-NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ' + $encoded)
    $trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).AddSeconds($Seconds)
    # In UTC, so that neither a time zone nor the end of summer time moves it.
    $trigger.StartBoundary = ConvertTo-Instant (Get-Date).AddSeconds($Seconds)
    # The SID of SYSTEM, whose name is translated.
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::FromMinutes(15))
    $null = Register-ScheduledTask -TaskName $Saved.task -TaskPath '\' -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force
    if ((Get-OurTaskNames) -notcontains $Saved.task) { throw 'The task is not there after its registration.' }
}

function Disable-DeadMan($Run) {
    try {
        $null = Unregister-ScheduledTask -TaskName $Run.task -TaskPath '\' -Confirm:$false
        if ((Get-OurTaskNames) -notcontains $Run.task) { $Run.taskState = 'gone' }
    } catch { $Run.detail = Get-ErrorText $_ }
}

function Read-Parameters {
    $given = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($EncodedParameters)) | ConvertFrom-Json
    $notAfter = $given.notAfter
    if ($notAfter -isnot [DateTime]) {
        $styles = [Globalization.DateTimeStyles]::AssumeUniversal -bor [Globalization.DateTimeStyles]::AdjustToUniversal
        $notAfter = [DateTime]::Parse([string]$notAfter, [Globalization.CultureInfo]::InvariantCulture, $styles)
    }
    $parameters = @{
        incidentId = [string]$given.incidentId
        mac = (([string]$given.mac) -replace '[^0-9A-Fa-f]', '').ToUpperInvariant() -replace '(..)(?!$)', '$1-'
        fingerprint = [string]$given.fingerprint
        notAfter = $notAfter.ToUniversalTime()
        expectedAddress = [string]$given.expectedAddress
        primaryNic = [bool]$given.primaryNic
        leaseWaitSeconds = [int]$given.leaseWaitSeconds
        deadManSeconds = [int]$given.deadManSeconds
    }
    if ($parameters.incidentId -notmatch '^[A-Za-z0-9._-]{1,128}$') { throw 'incidentId: letters, digits, dots, dashes and underscores only' }
    if ($parameters.mac.Length -ne 17) { throw 'mac: not a MAC address' }
    if ($parameters.expectedAddress -notmatch '^\d{1,3}(\.\d{1,3}){3}$') { throw 'expectedAddress: not an IPv4 address' }
    if ($parameters.leaseWaitSeconds -lt 1) { throw 'leaseWaitSeconds: must be at least 1' }
    # The task must not fire while this script still works: beside the wait for the lease it settles three times.
    if ($parameters.deadManSeconds -lt $parameters.leaseWaitSeconds + 3 * $SettleSeconds) { throw 'deadManSeconds: must be at least 15 more than leaseWaitSeconds' }
    return $parameters
}

function Test-RightLease($View, $Expected) {
    $kept = @($View.ip | Where-Object { $_ -notmatch '^169\.254\.' } | ForEach-Object { ($_ -split '/')[0] })
    return ($View.dhcp -eq $true -and ($kept -join ',') -eq $Expected)
}

function Get-View($Guid) {
    foreach ($view in (Get-AdapterViews)) { if ($view.guid -eq $Guid) { return $view } }
}

function Test-Guards($Run) {
    # Finds the adapter and says why it must not be touched; null if it may be.
    $parameters = $Run.parameters
    if ((Get-Date).ToUniversalTime() -gt $parameters.notAfter) { return 'expired' }
    $tasks = Get-OurTaskNames
    if ($tasks -contains $Run.task) { $Run.taskState = 'armed' }
    if (@($tasks | Where-Object { $_ -ne $Run.task }).Count -gt 0) { return 'other-run' }
    $matching = @(foreach ($view in (Get-AdapterViews)) { if ($view.mac -eq $parameters.mac) { $view } })
    if ($matching.Count -ne 1) { return 'adapter-missing' }
    $view = $matching[0]
    $Run.before = $view
    $Run.guid = $view.guid
    if (-not $view.on) { return 'adapter-disabled' }
    if (Test-RightLease $view $parameters.expectedAddress) {
        if ($Run.taskState -eq 'armed') { Disable-DeadMan $Run }
        return 'already-dhcp'
    }
    if ($view.fp -ne $parameters.fingerprint) { return 'drifted' }
    if ($view.dhcp -ne $false) { return 'lease-stale' }
    # Throws where netsh cannot be told safely which adapter is meant.
    $null = Get-NetshName (Get-AdapterByGuid $view.guid)
    return $null
}

function Get-Saved($Run, $Service) {
    $stored = Read-Interface $Run.guid
    $addresses = $stored.addresses
    $gateways = $stored.gateways
    if ($addresses.Count -eq 0) {
        # The registry of some tools' making holds none: then what is in force counts.
        $configuration = Get-CimInstance -ClassName Win32_NetworkAdapterConfiguration -Filter ("SettingID='" + $Run.guid + "'")
        $ips = @($configuration.IPAddress)
        $masks = @($configuration.IPSubnet)
        $addresses = @(for ($i = 0; $i -lt $ips.Count; $i++) {
            if ($ips[$i] -match '^\d+\.\d+\.\d+\.\d+$' -and $ips[$i] -notmatch '^169\.254\.') { '{0}/{1}' -f $ips[$i], $masks[$i] }
        })
        $gateways = @($Run.before.gw | ForEach-Object { $_ + '/0' })
    }
    # Without an address netsh cannot set a gateway, and Windows has no use for it.
    if (@($addresses).Count -eq 0) { $gateways = @() }
    return [ordered]@{
        guid = $Run.guid
        expected = $Run.parameters.expectedAddress
        task = $Run.task
        addresses = @($addresses)
        gateways = @($gateways)
        dhcpMode = [string]$Service.StartMode
        dhcpRan = ($Service.State -eq 'Running')
    }
}

function Start-DhcpService($Saved) {
    if ($Saved.dhcpMode -eq 'Disabled') { $null = Set-Service -Name Dhcp -StartupType Automatic }
    if (-not $Saved.dhcpRan) { $null = Start-Service -Name Dhcp }
    return ((Get-DhcpService).State -eq 'Running')
}

function Wait-Lease($Run) {
    # The whole wait is used unless the right address comes: a first lease may be followed by another.
    for ($second = 0; $second -lt $Run.parameters.leaseWaitSeconds; $second++) {
        Start-Sleep -Seconds 1
        $Run.after = Get-View $Run.guid
        if (Test-RightLease $Run.after $Run.parameters.expectedAddress) { return $true }
    }
    return $false
}

function Get-DefaultHops($Index) {
    return , @(Get-NetRoute -InterfaceIndex $Index -AddressFamily IPv4 -DestinationPrefix '0.0.0.0/0' -PolicyStore ActiveStore -ErrorAction SilentlyContinue | ForEach-Object { [string]$_.NextHop })
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

function Undo-Switch($Run, $Exit) {
    $restored = $false
    try { $restored = Restore-Static $Run.saved } catch { $Run.detail = Get-ErrorText $_ }
    if (-not $restored) { return 'restore-failed' }
    try {
        # A static address takes a moment to come into force; the answer should show it.
        for ($look = 0; $look -lt $SettleSeconds -and ((Get-View $Run.guid).ip -join ',') -ne ($Run.before.ip -join ','); $look++) { Start-Sleep -Seconds 1 }
    } catch { $Run.detail = Get-ErrorText $_ }
    Disable-DeadMan $Run
    return $Exit
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
    if (-not $started) { return Undo-Switch $Run 'dhcp-unusable' }
    $null = netsh interface ip set address ('name=' + (Get-NetshName $adapter)) 'source=dhcp'
    for ($look = 0; $look -lt $SettleSeconds -and (Get-View $Run.guid).dhcp -ne $true; $look++) { Start-Sleep -Seconds 1 }
    if ((Get-View $Run.guid).dhcp -ne $true) { return Undo-Switch $Run 'netsh-failed' }
    if (Wait-Lease $Run) { return Complete-Switch $Run $adapter.InterfaceIndex }
    $kept = @($Run.after.ip | Where-Object { $_ -notmatch '^169\.254\.' })
    if ($kept.Count -eq 0) { return Undo-Switch $Run 'lease-missing-restored' }
    return Undo-Switch $Run 'lease-wrong-restored'
}

function Invoke-Transaction($Run) {
    $refusal = Test-Guards $Run
    if ($null -ne $refusal) { return $refusal }
    $service = Get-DhcpService
    if ($null -eq $service) { return 'dhcp-unusable' }
    $Run.saved = Get-Saved $Run $service
    $Run.netsh = Get-NetshText (Get-AdapterByGuid $Run.guid)
    try { Register-DeadMan $Run.saved $Run.parameters.deadManSeconds } catch {
        $Run.detail = Get-ErrorText $_
        return 'no-dead-man'
    }
    $Run.taskState = 'armed'
    try { return Switch-Adapter $Run } catch {
        $Run.detail = Get-ErrorText $_
        return Undo-Switch $Run 'error-restored'
    }
}

function Invoke-Run($Run) {
    if (-not (Test-Elevated)) { return 'not-elevated' }
    try { $Run.parameters = Read-Parameters } catch {
        $Run.detail = Get-ErrorText $_
        return 'bad-parameters'
    }
    $Run.task = 'static-ip-remediator-' + $Run.parameters.incidentId
    $mutex = [Threading.Mutex]::new($false, 'Global\static-ip-remediator')
    if (-not (Enter-Mutex $mutex 30)) { return 'other-run' }
    try { return Invoke-Transaction $Run } finally { $mutex.ReleaseMutex() }
}

$run = @{ parameters = $null; task = $null; taskState = 'never-armed'; guid = $null; before = $null; after = $null; saved = $null; netsh = $null; detail = $null }
$exit = 'error'
try { $exit = Invoke-Run $run } catch {
    $run.detail = Get-ErrorText $_
    if ($null -ne $run.saved -and $run.taskState -eq 'armed') { $exit = 'restore-failed' }
}

$views = @()
$text = $null
if ($null -ne $run.before) {
    # The state that is left, read again: what the script believes is not what counts.
    $run.after = $run.before
    try {
        $run.after = Get-View $run.guid
        $text = Get-NetshText (Get-AdapterByGuid $run.guid)
        if ($null -ne $run.netsh) { $text = $run.netsh + "`n" + $text }
    } catch { $run.detail = Get-ErrorText $_ }
    $views = @($run.before, $run.after | Where-Object { $null -ne $_ })
}
$envelope = [ordered]@{
    sir = 'switch-to-dhcp/1'
    at = ConvertTo-Instant (Get-Date)
    exit = $exit
    detail = $run.detail
    task = $run.taskState
    before = $run.before
    after = $run.after
    netsh = $null
}
Write-Envelope $envelope $views $text
