# What the scripts that change Windows share, beside guest-library.ps1. Each ends as it should, or as it began; a script
# defines Read-OwnParameters, which adds to $Run.parameters, and Invoke-Transaction, which changes Windows and gives the exit.
# Nothing is changed before every guard held, nor while another script or a dead-man's task holds the named mutex.

$SettleSeconds = 5

function Enter-Mutex($Mutex, $Seconds) {
    # An abandoned mutex is ours: its owner was killed, and what it left behind is looked at afterwards.
    try { return $Mutex.WaitOne($Seconds * 1000) } catch [Threading.AbandonedMutexException] { return $true }
}

function Read-CommonParameters($Given) {
    $notAfter = $Given.notAfter
    if ($notAfter -isnot [DateTime]) {
        $styles = [Globalization.DateTimeStyles]::AssumeUniversal -bor [Globalization.DateTimeStyles]::AdjustToUniversal
        $notAfter = [DateTime]::Parse([string]$notAfter, [Globalization.CultureInfo]::InvariantCulture, $styles)
    }
    $parameters = @{
        incidentId = [string]$Given.incidentId
        mac = (([string]$Given.mac) -replace '[^0-9A-Fa-f]', '').ToUpperInvariant() -replace '(..)(?!$)', '$1-'
        fingerprint = [string]$Given.fingerprint
        notAfter = $notAfter.ToUniversalTime()
        primaryNic = [bool]$Given.primaryNic
        leaseWaitSeconds = [int]$Given.leaseWaitSeconds
    }
    if ($parameters.incidentId -notmatch '^[A-Za-z0-9._-]{1,128}$') { throw 'incidentId: letters, digits, dots, dashes and underscores only' }
    if ($parameters.mac.Length -ne 17) { throw 'mac: not a MAC address' }
    if ($parameters.leaseWaitSeconds -lt 1) { throw 'leaseWaitSeconds: must be at least 1' }
    return $parameters
}

function Assert-Address($Name, $Value) {
    if ($Value -notmatch '^\d{1,3}(\.\d{1,3}){3}$') { throw ($Name + ': not an IPv4 address') }
}

function Get-View($Guid) {
    foreach ($view in (Get-AdapterViews)) { if ($view.guid -eq $Guid) { return $view } }
}

function Get-Kept($View) {
    # Without those which Windows makes up itself when no DHCP server answers.
    return , @($View.ip | Where-Object { $_ -and $_ -notmatch '^169\.254\.' } | ForEach-Object { ($_ -split '/')[0] })
}

function Test-RightLease($View, $Expected) {
    return ($View.dhcp -eq $true -and ((Get-Kept $View) -join ',') -eq $Expected)
}

function Find-Target($Run) {
    # Finds the adapter, and says why nothing here may be touched; null if the script's own guards may go on.
    $parameters = $Run.parameters
    if ((Get-Date).ToUniversalTime() -gt $parameters.notAfter) { return 'expired' }
    $tasks = Get-OurTaskNames
    if ($tasks -contains $Run.task) { $Run.taskState = 'armed' }
    if (@($tasks | Where-Object { $_ -ne $Run.task }).Count -gt 0) { return 'other-run' }
    $matching = @(foreach ($view in (Get-AdapterViews)) { if ($view.mac -eq $parameters.mac) { $view } })
    if ($matching.Count -ne 1) { return 'adapter-missing' }
    $Run.before = $matching[0]
    $Run.guid = $matching[0].guid
    return $null
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

function Invoke-Run($Run) {
    if (-not (Test-Elevated)) { return 'not-elevated' }
    try {
        $given = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($EncodedParameters)) | ConvertFrom-Json
        $Run.parameters = Read-CommonParameters $given
        Read-OwnParameters $Run.parameters $given
    } catch {
        $Run.detail = Get-ErrorText $_
        return 'bad-parameters'
    }
    $Run.task = 'static-ip-remediator-' + $Run.parameters.incidentId
    $mutex = [Threading.Mutex]::new($false, 'Global\static-ip-remediator')
    if (-not (Enter-Mutex $mutex 30)) { return 'other-run' }
    try { return Invoke-Transaction $Run } finally { $mutex.ReleaseMutex() }
}

function Invoke-Script($Sir) {
    # Runs the transaction and prints its answer.
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
        sir = $Sir
        at = ConvertTo-Instant (Get-Date)
        exit = $exit
        detail = $run.detail
        task = $run.taskState
        before = $run.before
        after = $run.after
        netsh = $null
    }
    Write-Envelope $envelope $views $text
}
