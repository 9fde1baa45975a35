# static-ip-remediator:look-further/1
$EncodedParameters = 'e30='
# include: guest-library.ps1
# include: ghost-library.ps1

# Reads why Remote Desktop may be silent although the address is right, and prints it as one JSON line, the last one.
# Changes nothing. What Windows does not say is null: each part is read on its own.

$PolicyKey = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
$SettingKey = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server'

function Get-Number($Path, $Name) {
    $key = Get-ItemProperty -LiteralPath $Path -ErrorAction SilentlyContinue
    if ($null -eq $key -or $null -eq $key.$Name) { return $null }
    return [int]$key.$Name
}

function Get-TermService {
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='TermService'"
    if ($null -eq $service) { return , @('missing', 'other') }
    $state = 'other'
    if ($service.State -eq 'Running') { $state = 'running' } elseif ($service.State -eq 'Stopped') { $state = 'stopped' }
    $mode = 'other'
    if ($service.StartMode -eq 'Auto') { $mode = 'automatic' } elseif ($service.StartMode -eq 'Manual') { $mode = 'manual' } elseif ($service.StartMode -eq 'Disabled') { $mode = 'disabled' }
    return , @($state, $mode)
}

function Get-Denial {
    # A policy wins over the setting, whatever it says.
    $policy = Get-Number $PolicyKey 'fDenyTSConnections'
    if ($null -ne $policy) { if ($policy -eq 0) { return 'no' } else { return 'policy' } }
    $setting = Get-Number $SettingKey 'fDenyTSConnections'
    if ($null -eq $setting) { return $null }
    if ($setting -eq 0) { return 'no' } else { return 'setting' }
}

function Test-Listening($Port) {
    # Windows always listens somewhere, so an empty list is no answer; a query by port fails where nothing is found.
    $listeners = @(Get-NetTCPConnection -State Listen -ErrorAction Stop)
    if ($listeners.Count -eq 0) { return $null }
    return (@($listeners | Where-Object { [int]$_.LocalPort -eq $Port }).Count -gt 0)
}

function Test-Port($Shown, $Port) {
    # A filter's ports: 'Any', names such as 'RPC', numbers, and ranges such as '3000-4000'.
    foreach ($part in @($Shown)) {
        if ([string]$part -eq [string]$Port) { return $true }
        if ([string]$part -match '^(\d+)-(\d+)$' -and [int]$Matches[1] -le $Port -and $Port -le [int]$Matches[2]) { return $true }
    }
    return $false
}

function Get-PortRules($Port) {
    # Enabled rules for that port, and those for any port that are no single program's. Three bulk queries: one per rule takes minutes.
    $programs = @{}
    foreach ($filter in @(Get-NetFirewallApplicationFilter -PolicyStore ActiveStore)) {
        if ($null -ne $filter) { $programs[[string]$filter.InstanceID] = ([string]$filter.Program + [string]$filter.Package) }
    }
    $fitting = @{}
    foreach ($filter in @(Get-NetFirewallPortFilter -PolicyStore ActiveStore)) {
        if ($null -eq $filter -or @('TCP', '6', 'Any') -notcontains [string]$filter.Protocol) { continue }
        $id = [string]$filter.InstanceID
        $everything = @($filter.LocalPort) -contains 'Any' -and @('Any', 'AnyAny', '') -contains [string]$programs[$id]
        if ($everything -or (Test-Port $filter.LocalPort $Port)) { $fitting[$id] = $true }
    }
    return , @(foreach ($rule in @(Get-NetFirewallRule -PolicyStore ActiveStore)) {
        if ($null -ne $rule -and $fitting[[string]$rule.InstanceID] -and [string]$rule.Direction -eq 'Inbound' -and [string]$rule.Enabled -eq 'True') { $rule }
    })
}

function Get-RuleName($Rules, $Action, $ProfileName) {
    foreach ($rule in $Rules) {
        $profiles = [string]$rule.Profile -split ',\s*'
        if ([string]$rule.Action -eq $Action -and ($profiles -contains 'Any' -or $profiles -contains $ProfileName)) {
            $name = [string]$rule.DisplayName
            if ($name.Length -gt 64) { $name = $name.Substring(0, 63) + '~' }
            return $name
        }
    }
}

function Get-ProfileVerdict($Shown, $Rules) {
    # What one profile of the firewall does with the port. A rule that blocks wins over those that allow.
    $name = [string]$Shown.Name
    if ([string]$Shown.Enabled -eq 'False') { return , @($name, 'off', $null) }
    if ([string]$Shown.AllowInboundRules -eq 'False') { return , @($name, 'blocks-all', $null) }
    $blocking = Get-RuleName $Rules 'Block' $name
    if ($null -ne $blocking) { return , @($name, 'blocks', $blocking) }
    $allowing = Get-RuleName $Rules 'Allow' $name
    if ($null -ne $allowing) { return , @($name, 'allows', $allowing) }
    if ([string]$Shown.DefaultInboundAction -eq 'Allow') { return , @($name, 'allows', $null) }
    return , @($name, 'blocks', $null)
}

function Get-FirewallFacts($Port) {
    # Of the profiles in force; where Windows knows no network yet, of all.
    $inForce = @(foreach ($network in @(Get-NetConnectionProfile)) {
        if ($null -ne $network) { ([string]$network.NetworkCategory) -replace 'Authenticated$', '' }
    })
    $rules = Get-PortRules $Port
    return , @(foreach ($shown in @(Get-NetFirewallProfile -PolicyStore ActiveStore | Sort-Object -Property Name)) {
        if ($inForce.Count -eq 0 -or $inForce -contains [string]$shown.Name) { , (Get-ProfileVerdict $shown $rules) }
    })
}

function Read-Further {
    $denied = $null
    $port = $null
    $listening = $null
    $firewall = $null
    $ghosts = $null
    $detail = $null
    try { $denied = Get-Denial } catch { $detail = Get-ErrorText $_ }
    try { $port = Get-Number ($SettingKey + '\WinStations\RDP-Tcp') 'PortNumber' } catch { $detail = Get-ErrorText $_ }
    if ($null -ne $port) {
        try { $listening = Test-Listening $port } catch { $detail = Get-ErrorText $_ }
        try { $firewall = Get-FirewallFacts $port } catch { $detail = Get-ErrorText $_ }
    }
    try { $ghosts = Get-GhostAdapters } catch { $detail = Get-ErrorText $_ }
    $count = $null
    $list = @()
    if ($null -ne $ghosts) {
        $count = [int]$ghosts.Count
        $list = Get-GhostList $ghosts
    }
    return [ordered]@{
        sir = 'look-further/1'
        at = ConvertTo-Instant (Get-Date)
        service = Get-TermService
        denied = $denied
        port = $port
        listening = $listening
        firewall = $firewall
        ghostCount = $count
        ghosts = $list
        detail = $detail
        netsh = $null
    }
}

try {
    if (-not (Test-Elevated)) {
        Write-Envelope ([ordered]@{ sir = 'look-further/1'; error = 'not-elevated'; detail = 'the script ran without administrator rights' }) @() $null
    } else { Write-Envelope (Read-Further) @() $null }
} catch {
    Write-Envelope ([ordered]@{ sir = 'look-further/1'; error = 'guest-error'; detail = Get-ErrorText $_ }) @() $null
}
