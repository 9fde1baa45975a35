# What the scripts that replace a static configuration share, beside guest-transaction.ps1.
# 1. The static configuration was saved and the dead-man's task armed before anything is changed.
# 2. The task is disarmed only once the new addresses are right or the saved configuration is back.
# 3. Script and task work under one named mutex, so that one never undoes what the other just did.

function Invoke-DeadMan {
    $saved = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($EncodedValues)) | ConvertFrom-Json
    $mutex = [Threading.Mutex]::new($false, 'Global\static-ip-remediator')
    # A script that still holds it now hangs: its own bound is long over. So the task goes on without it.
    $held = Enter-Mutex $mutex 60
    try {
        $done = (Get-Heads (Get-AddressesInForce $saved.guid)) -eq (Get-Heads ($saved.expected -split ',')) -or $null -eq (Get-AdapterByGuid $saved.guid)
        for ($try = 0; $try -lt 3 -and -not $done; $try++) {
            try { $done = Restore-Static $saved } catch { Start-Sleep -Seconds 5 }
        }
        if ($done) { $null = Unregister-ScheduledTask -TaskName $saved.task -TaskPath '\' -Confirm:$false }
    } finally { if ($held) { $mutex.ReleaseMutex() } }
}

function Get-DeadManScript($Saved) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-AsciiJson $Saved)))
    $lines = @('# static-ip-remediator:dead-man/1', "`$EncodedValues = '$encoded'", "`$ErrorActionPreference = 'Stop'")
    foreach ($name in 'Read-Interface', 'Get-AddressesInForce', 'Get-AdapterByGuid', 'Get-NetshName', 'Get-Heads', 'Test-StaticInPlace', 'Set-Static', 'Restore-Static', 'Enter-Mutex', 'Invoke-DeadMan') {
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

function Read-DeadManSeconds($Parameters, $Given) {
    $Parameters.deadManSeconds = [int]$Given.deadManSeconds
    # The task must not fire while this script still works: beside its wait it settles three times.
    if ($Parameters.deadManSeconds -lt $Parameters.leaseWaitSeconds + 3 * $SettleSeconds) { throw 'deadManSeconds: must be at least 15 more than leaseWaitSeconds' }
}

function Get-Saved($Run, $Service, $Expected) {
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
        expected = $Expected
        task = $Run.task
        addresses = @($addresses)
        gateways = @($gateways)
        skipped = Get-SkippedAddresses (Get-AdapterByGuid $Run.guid).InterfaceIndex
        dhcpMode = [string]$Service.StartMode
        dhcpRan = ($Service.State -eq 'Running')
    }
}

function Invoke-Armed($Run, $Change) {
    # Arms the task and makes the change, a function's name; where it fails midway the saved configuration comes back.
    $Run.netsh = Get-NetshText (Get-AdapterByGuid $Run.guid)
    try { Register-DeadMan $Run.saved $Run.parameters.deadManSeconds } catch {
        $Run.detail = Get-ErrorText $_
        return 'no-dead-man'
    }
    $Run.taskState = 'armed'
    try { return & $Change $Run } catch {
        $Run.detail = Get-ErrorText $_
        return Undo-Change $Run 'error-restored'
    }
}

function Undo-Change($Run, $Exit) {
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
