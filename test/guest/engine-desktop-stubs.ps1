# Windows commands of Remote Desktop, its firewall and its devices, for engine-harness.ps1, which has the rules.

function Get-StubRdp {
    if ($null -ne $global:Guest.rdp) { return $global:Guest.rdp }
    return @{ service = @{ state = 'running'; startMode = 'manual' }; denied = 'no'; port = 3389; listener = $true }
}
function Get-StubFirewall {
    if ($null -ne $global:Guest.firewall) { return $global:Guest.firewall }
    $rule = @{ name = 'Remote Desktop - User Mode (TCP-In)'; action = 'Allow'; enabled = $true; port = '3389' }
    return @{ profile = 'Public'; enabled = $true; blocksAll = $false; rules = @($rule) }
}
function Get-StubTermService {
    $service = (Get-StubRdp).service
    $state = @{ running = 'Running'; stopped = 'Stopped' }[$service.state]
    $mode = @{ automatic = 'Auto'; manual = 'Manual'; disabled = 'Disabled' }[$service.startMode]
    return [pscustomobject]@{ Name = 'TermService'; State = $state; StartMode = $mode }
}
function Restart-StubTermService {
    if ($null -eq $global:Guest.rdp) { return }
    $service = $global:Guest.rdp.service
    if ($service.startMode -eq 'disabled') { $service.state = 'stopped' } else { $service.state = 'running' }
}
function Get-StubTerminalKey($Path) {
    $rdp = Get-StubRdp
    switch ($Path) {
        'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' {
            # There while some policy is set; this value only if it is.
            if ($rdp.denied -eq 'policy') { return [pscustomobject]@{ fDenyTSConnections = [int]1 } }
            return [pscustomobject]@{ MaxIdleTime = [int]0 }
        }
        'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server' {
            return [pscustomobject]@{ fDenyTSConnections = [int]($rdp.denied -eq 'setting') }
        }
        'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp' {
            return [pscustomobject]@{ PortNumber = [int]$rdp.port }
        }
        default { throw "Unexpected key: $Path" }
    }
}
function Get-NetTCPConnection {
    [CmdletBinding()] param([string]$State)
    Assert-StubAlive
    if ($State -ne 'Listen') { throw "Unexpected state: $State" }
    $rdp = Get-StubRdp
    [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = [uint16]135 }
    if ($rdp.service.state -eq 'running' -and $rdp.denied -eq 'no' -and $rdp.listener) {
        [pscustomobject]@{ LocalAddress = '::'; LocalPort = [uint16]$rdp.port }
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = [uint16]$rdp.port }
    }
}

# As enumerations of the module NetSecurity print themselves; profiles of several bits too.
function Get-NetConnectionProfile {
    [CmdletBinding()] param()
    Assert-StubAlive
    $category = (Get-StubFirewall).profile
    if ($category -eq 'Domain') { $category = 'DomainAuthenticated' }
    return [pscustomobject]@{ NetworkCategory = $category; InterfaceAlias = 'Ethernet' }
}
function Assert-StubActiveStore($Store) { Assert-StubAlive; if ($Store -ne 'ActiveStore') { throw "Unexpected store: $Store" } }
function Get-NetFirewallProfile {
    [CmdletBinding()] param([string]$PolicyStore)
    Assert-StubActiveStore $PolicyStore
    $firewall = Get-StubFirewall
    foreach ($name in 'Public', 'Private', 'Domain') {
        $on = $name -ne $firewall.profile -or $firewall.enabled
        $open = $name -ne $firewall.profile -or -not $firewall.blocksAll
        [pscustomobject]@{ Name = $name; Enabled = [string]$on; AllowInboundRules = [string]$open; DefaultInboundAction = 'Block' }
    }
}
function Get-StubRules {
    # With rules that must not count: outbound, UDP, other ports by name, and one program's.
    $index = 0
    foreach ($rule in @((Get-StubFirewall).rules)) {
        if ($null -eq $rule) { continue }
        $index++
        $program = 'Any'
        if ($null -ne $rule.program) { $program = $rule.program }
        [pscustomobject]@{ Id = "rule-$index"; Name = $rule.name; Action = $rule.action; On = $rule.enabled; Direction = 'Inbound'; Protocol = 'TCP'; Port = $rule.port; Program = $program; Profile = 'Any' }
    }
    [pscustomobject]@{ Id = 'out'; Name = 'Outbound'; Action = 'Block'; On = $true; Direction = 'Outbound'; Protocol = 'Any'; Port = 'Any'; Program = 'Any'; Profile = 'Any' }
    [pscustomobject]@{ Id = 'udp'; Name = 'UDP'; Action = 'Block'; On = $true; Direction = 'Inbound'; Protocol = 'UDP'; Port = 'Any'; Program = 'Any'; Profile = 'Any' }
    [pscustomobject]@{ Id = 'rpc'; Name = 'RPC'; Action = 'Allow'; On = $true; Direction = 'Inbound'; Protocol = 'TCP'; Port = @('RPC', '135'); Program = 'Any'; Profile = 'Any' }
    $other = @('Domain', 'Private', 'Public') | Where-Object { $_ -ne (Get-StubFirewall).profile }
    [pscustomobject]@{ Id = 'other'; Name = 'Other profiles'; Action = 'Block'; On = $true; Direction = 'Inbound'; Protocol = 'TCP'; Port = 'Any'; Program = 'Any'; Profile = ($other -join ', ') }
}
function Get-NetFirewallRule {
    [CmdletBinding()] param([string]$PolicyStore)
    Assert-StubActiveStore $PolicyStore
    foreach ($rule in (Get-StubRules)) {
        [pscustomobject]@{ InstanceID = $rule.Id; DisplayName = $rule.Name; Action = $rule.Action; Enabled = [string]$rule.On; Direction = $rule.Direction; Profile = $rule.Profile }
    }
}
function Get-NetFirewallPortFilter {
    [CmdletBinding()] param([string]$PolicyStore)
    Assert-StubActiveStore $PolicyStore
    foreach ($rule in (Get-StubRules)) { [pscustomobject]@{ InstanceID = $rule.Id; Protocol = $rule.Protocol; LocalPort = $rule.Port } }
}
function Get-NetFirewallApplicationFilter {
    [CmdletBinding()] param([string]$PolicyStore)
    Assert-StubActiveStore $PolicyStore
    foreach ($rule in (Get-StubRules)) { [pscustomobject]@{ InstanceID = $rule.Id; Program = $rule.Program; Package = $null } }
}

function Get-StubDeviceId($Device) {
    if ($null -eq $Device.service -or $Device.service -eq 'netvsc') { return 'VMBUS\{F8615163-DF3E-46C5-913F-F2D2F965ED0E}\' + $Device.guid }
    return 'PCI\VEN_15B3&DEV_1016&SUBSYS_190715B3&REV_80\' + $Device.guid.Trim('{', '}')
}
function Get-StubService($Device) { if ($null -eq $Device.service) { return 'netvsc' } return $Device.service }
function Get-PnpDevice {
    [CmdletBinding()] param()
    Assert-StubAlive
    [pscustomobject]@{ InstanceId = 'ACPI\PNP0F03\4&1&0'; FriendlyName = 'Mouse'; Service = 'i8042prt'; Present = $false; Status = 'Unknown' }
    foreach ($adapter in $global:Guest.adapters) {
        # A disabled adapter is there, with an error.
        $status = if ($adapter.enabled) { 'OK' } else { 'Error' }
        [pscustomobject]@{ InstanceId = Get-StubDeviceId $adapter; FriendlyName = $adapter.description; Service = $adapter.service; Present = $true; Status = $status }
    }
    foreach ($ghost in @($global:Guest.ghosts)) {
        if ($null -eq $ghost) { continue }
        [pscustomobject]@{ InstanceId = Get-StubDeviceId $ghost; FriendlyName = $ghost.description; Service = Get-StubService $ghost; Present = $false; Status = 'Unknown' }
    }
}
function pnputil {
    Assert-StubAlive
    $global:LASTEXITCODE = 0
    if ($args.Count -ne 2 -or $args[0] -ne '/remove-device') { throw "Unexpected: pnputil $args" }
    if (Test-StubFault 'removeDevice') { $global:LASTEXITCODE = 1; return 'Failed to remove the device.' }
    $id = $args[1]
    $global:Guest.ghosts = @($global:Guest.ghosts | Where-Object { $_ -and (Get-StubDeviceId $_) -ne $id })
    return 'Device removed successfully.'
}
