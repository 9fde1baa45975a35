# Runs guest scripts on a real PowerShell engine over a simulated Windows, held as data in $Guest.
# Functions stand in for the Windows commands; they refuse parameters that they do not know, so a mistyped one is found.
# Usage: pwsh -NoProfile -NonInteractive -File engine-harness.ps1 INPUT.json OUTPUT.json
param([string]$InputFile, [string]$OutputFile)
$ErrorActionPreference = 'Stop'

# --- JSON, alike on each engine: ConvertFrom-Json turns texts that look like dates into dates on some ---
function ConvertFrom-Element($Element) {
    switch ([string]$Element.ValueKind) {
        'Object' {
            $object = [ordered]@{}
            foreach ($property in $Element.EnumerateObject()) { $object[$property.Name] = ConvertFrom-Element $property.Value }
            return $object
        }
        'Array' {
            $list = [Collections.ArrayList]::new()
            foreach ($item in $Element.EnumerateArray()) { [void]$list.Add((ConvertFrom-Element $item)) }
            return , $list.ToArray()
        }
        'String' { return $Element.GetString() }
        'Number' { return $Element.GetInt32() }
        'True' { return $true }
        'False' { return $false }
        default { return $null }
    }
}

function ConvertTo-JsonText($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { return ([string]$Value).ToLowerInvariant() }
    if ($Value -is [int]) { return [string]$Value }
    if ($Value -is [Collections.IDictionary]) {
        $members = foreach ($key in @($Value.Keys)) { (ConvertTo-JsonText ([string]$key)) + ':' + (ConvertTo-JsonText $Value[$key]) }
        return '{' + ($members -join ',') + '}'
    }
    if ($Value -is [array]) { return '[' + (@(foreach ($item in $Value) { ConvertTo-JsonText $item }) -join ',') + ']' }
    return [Text.Json.JsonSerializer]::Serialize([string]$Value, [string])
}

# --- the simulated Windows ---
function Get-StubInstant { return $global:Clock.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture) }
function Get-StubMask([int]$Length) {
    $bits = ('1' * $Length).PadRight(32, '0')
    return (0, 8, 16, 24 | ForEach-Object { [Convert]::ToInt32($bits.Substring($_, 8), 2) }) -join '.'
}
function Get-StubLength($Mask) { return [int](-join ($Mask -split '\.' | ForEach-Object { [Convert]::ToString([int]$_, 2) })).Replace('0', '').Length }
function Get-StubNetwork($Ip, $Length) {
    $masks = (Get-StubMask $Length) -split '\.'
    $octets = $Ip -split '\.'
    return ((0..3 | ForEach-Object { [int]$octets[$_] -band [int]$masks[$_] }) -join '.') + '/' + $Length
}
function Get-StubLinkLocal($Mac) {
    $octets = $Mac -split '-'
    return '169.254.{0}.{1}' -f (1 + [Convert]::ToInt32($octets[4], 16) % 254), [Convert]::ToInt32($octets[5], 16)
}
function Get-StubGateways($Adapter) {
    if (-not $Adapter.enabled) { return , @() }
    $all = @($Adapter.gateways) + @($global:Guest.persistentRoutes | Where-Object { $_.interfaceIndex -eq $Adapter.index } | ForEach-Object { $_.nextHop })
    $seen = @()
    foreach ($hop in $all) { if ($null -ne $hop -and $seen -notcontains $hop) { $seen += $hop } }
    return , $seen
}
function Get-StubStatic($Adapter) {
    if ($null -ne $Adapter.configured) { return , @($Adapter.configured) }
    return , @($Adapter.addresses | Where-Object { $_ -and $_.ip -notmatch '^169\.254\.' })
}
function Clear-StubLease($Adapter) {
    $Adapter.addresses = @()
    $Adapter.gateways = @()
    $Adapter.Remove('configured')
    $Adapter.Remove('leasedDnsServers')
}
function Update-StubLease($Adapter) {
    if (-not $Adapter.enabled -or -not $Adapter.dhcp) { return }
    Clear-StubLease $Adapter
    if ($global:Guest.dhcpService.state -ne 'running') { return }
    $lease = $global:World.leases[$Adapter.mac]
    if ($null -eq $lease) {
        $Adapter.addresses = @([ordered]@{ ip = Get-StubLinkLocal $Adapter.mac; prefixLength = 16 })
        return
    }
    $Adapter.addresses = @([ordered]@{ ip = $lease.ip; prefixLength = $lease.prefixLength })
    if ($null -ne $lease.gateway) { $Adapter.gateways = @($lease.gateway) }
    $Adapter.leasedDnsServers = @($lease.dnsServers)
}
function Remove-StubRoute($Index, $Hop) {
    $global:Guest.persistentRoutes = @($global:Guest.persistentRoutes | Where-Object { $_ -and -not ($_.interfaceIndex -eq $Index -and $_.nextHop -eq $Hop) })
}
function Test-StubFault($Name) { return @($global:World.faults) -contains $Name }
function Stop-StubScript {
    # What a killed script does afterwards counts for nothing: the state is kept as it is now.
    if ($null -eq $global:Frozen) { $global:Frozen = ConvertTo-JsonText $global:Guest }
    throw 'killed'
}
function Assert-StubAlive { if ($null -ne $global:Frozen) { throw 'killed' } }

# --- Windows commands ---
. ([IO.Path]::Combine($PSScriptRoot, 'engine-desktop-stubs.ps1'))
${alias:Test-Elevated} = 'Test-StubElevated'
function Test-StubElevated { return [bool]$global:Guest.elevated }

function Get-Date { [CmdletBinding()] param() return $global:Clock }
function Start-Sleep { [CmdletBinding()] param([int]$Seconds) Assert-StubAlive; $global:Clock = $global:Clock.AddSeconds($Seconds) }

function Get-CimInstance {
    [CmdletBinding()] param([string]$ClassName, [string]$Filter)
    Assert-StubAlive
    switch ($ClassName) {
        'Win32_OperatingSystem' {
            $boot = [DateTimeOffset]::Parse($global:Guest.bootedAt, [Globalization.CultureInfo]::InvariantCulture).UtcDateTime
            $type = if (@($global:Guest.roles) -contains 'domainController') { 2 } else { 3 }
            return [pscustomobject]@{ LastBootUpTime = $boot; CSName = $global:Guest.computerName; ProductType = [uint32]$type }
        }
        'Win32_Service' {
            $wanted = @([regex]::Matches($Filter, "Name='(\w+)'") | ForEach-Object { $_.Groups[1].Value })
            if ($wanted.Count -eq 0) { throw "Invalid query: $Filter" }
            $there = @{ Dhcp = $true; TermService = $true; NTDS = @($global:Guest.roles) -contains 'domainController'; ClusSvc = @($global:Guest.roles) -contains 'clusterNode' }
            foreach ($name in $wanted) {
                if (-not $there[$name]) { continue }
                if ($name -eq 'TermService') { Get-StubTermService; continue }
                if ($name -ne 'Dhcp') { [pscustomobject]@{ Name = $name; State = 'Running'; StartMode = 'Auto' }; continue }
                $state = @{ running = 'Running'; stopped = 'Stopped' }[$global:Guest.dhcpService.state]
                $mode = @{ automatic = 'Auto'; manual = 'Manual'; disabled = 'Disabled' }[$global:Guest.dhcpService.startMode]
                [pscustomobject]@{ Name = 'Dhcp'; State = $state; StartMode = $mode }
            }
        }
        'Win32_NetworkAdapterConfiguration' {
            if ($Filter -notmatch "^(ServiceName|SettingID)='([^']+)'$") { throw "Invalid query: $Filter" }
            $field = $Matches[1]
            $value = $Matches[2]
            foreach ($adapter in $global:Guest.adapters) {
                if ($field -eq 'ServiceName' -and $adapter.service -ne $value) { continue }
                if ($field -eq 'SettingID' -and $adapter.guid -ne $value) { continue }
                Get-StubConfiguration $adapter
            }
        }
        default { throw "Invalid class: $ClassName" }
    }
}
function Get-StubConfiguration($Adapter) {
    $made = @($Adapter.addresses | Where-Object { $_ -and $_.ip -notmatch '^169\.254\.' })
    if ($global:World.killAfter -eq 'leased' -and $Adapter.dhcp -and $global:SwitchedGuid -eq $Adapter.guid -and $made.Count -gt 0) { Stop-StubScript }
    $ips = $null
    $masks = $null
    $gateways = $null
    if ($Adapter.enabled) {
        # As CIM does: IPv4 and IPv6 in one list, with masks for one and lengths for the other.
        $ips = [string[]](@($Adapter.addresses | ForEach-Object { $_.ip }) + 'fe80::20d:3aff:fe12:3456')
        $masks = [string[]](@($Adapter.addresses | ForEach-Object { Get-StubMask $_.prefixLength }) + '64')
        $gateways = [string[]](@(Get-StubGateways $Adapter)[0] + 'fe80::1')
    }
    return [pscustomobject]@{
        SettingID = $Adapter.guid; ServiceName = $Adapter.service; InterfaceIndex = [uint32]$Adapter.index; DHCPEnabled = [bool]$Adapter.dhcp
        IPAddress = $ips; IPSubnet = $masks; DefaultIPGateway = $gateways
    }
}
function Get-NetAdapter {
    [CmdletBinding()] param()
    Assert-StubAlive
    foreach ($adapter in $global:Guest.adapters) {
        $state = if ($adapter.enabled) { 2 } else { 3 }
        $status = if ($adapter.enabled) { 1 } else { 2 }
        [pscustomobject]@{
            Name = $adapter.name; InterfaceDescription = $adapter.description; InterfaceGuid = $adapter.guid; InterfaceIndex = [uint32]$adapter.index
            PnPDeviceID = Get-StubDeviceId $adapter; MacAddress = $adapter.mac; State = [uint32]$state; InterfaceAdminStatus = [uint32]$status
        }
    }
}
function Get-ItemProperty {
    [CmdletBinding()] param([string]$LiteralPath)
    Assert-StubAlive
    if ($LiteralPath -match '\\Terminal S') { return Get-StubTerminalKey $LiteralPath }
    $prefix = 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\'
    foreach ($adapter in $global:Guest.adapters) {
        if ($LiteralPath -ne $prefix + $adapter.guid) { continue }
        $dns = @($adapter.staticDnsServers) -join ','
        if ($adapter.dhcp) {
            return [pscustomobject]@{
                EnableDHCP = 1; IPAddress = [string[]]@('0.0.0.0'); SubnetMask = [string[]]@('0.0.0.0'); NameServer = $dns
                DhcpDefaultGateway = [string[]]@($adapter.gateways)
            }
        }
        $addresses = Get-StubStatic $adapter
        return [pscustomobject]@{
            EnableDHCP = 0; NameServer = $dns
            IPAddress = [string[]]@($addresses | ForEach-Object { $_.ip }); SubnetMask = [string[]]@($addresses | ForEach-Object { Get-StubMask $_.prefixLength })
            DefaultGateway = [string[]]@($adapter.gateways); DefaultGatewayMetric = [string[]]@($adapter.gateways | ForEach-Object { '0' })
        }
    }
}

function Set-Service {
    [CmdletBinding()] param([string]$Name, [string]$StartupType)
    Assert-StubAlive
    $global:Guest.dhcpService.startMode = @{ Automatic = 'automatic'; Manual = 'manual'; Disabled = 'disabled' }[$StartupType]
}
function Start-Service {
    [CmdletBinding()] param([string]$Name)
    Assert-StubAlive
    $service = $global:Guest.dhcpService
    if ($service.state -eq 'running') { return }
    if ($service.broken -or $service.startMode -eq 'disabled') { throw "Service 'DHCP Client (Dhcp)' cannot be started." }
    $service.state = 'running'
    foreach ($adapter in $global:Guest.adapters) { Update-StubLease $adapter }
}
function Stop-Service {
    [CmdletBinding()] param([string]$Name, [switch]$Force)
    Assert-StubAlive
    if (Test-StubFault 'stop') { return }
    $global:Guest.dhcpService.state = 'stopped'
}
function Get-StubPiped($InputObject) {
    foreach ($adapter in $global:Guest.adapters) { if ($adapter.guid -eq $InputObject.InterfaceGuid) { return $adapter } }
    throw 'No such adapter.'
}
function Enable-NetAdapter {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(ValueFromPipeline)]$InputObject)
    process {
        Assert-StubAlive
        if ($ConfirmPreference -ne 'None') { throw 'It would ask.' }
        if (Test-StubFault 'enable') { return }
        $adapter = Get-StubPiped $InputObject
        $adapter.enabled = $true
        Update-StubLease $adapter
        if ($global:World.killAfter -eq 'switched') { Stop-StubScript }
    }
}
function Disable-NetAdapter {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(ValueFromPipeline)]$InputObject)
    process {
        Assert-StubAlive
        if ($ConfirmPreference -ne 'None') { throw 'It would ask.' }
        if (Test-StubFault 'disable') { return }
        $adapter = Get-StubPiped $InputObject
        if ($adapter.dhcp) { Clear-StubLease $adapter }
        $adapter.enabled = $false
    }
}
function Invoke-CimMethod {
    [CmdletBinding()] param($InputObject, [string]$MethodName)
    Assert-StubAlive
    if ($MethodName -ne 'RenewDHCPLease') { throw "No such method: $MethodName" }
    if (Test-StubFault 'renew') { throw 'The RPC server is unavailable.' }
    foreach ($adapter in $global:Guest.adapters) { if ($adapter.guid -eq $InputObject.SettingID) { Update-StubLease $adapter } }
    if ($global:World.killAfter -eq 'switched') { Stop-StubScript }
    return [pscustomobject]@{ ReturnValue = [uint32]0 }
}

function Get-ScheduledTask {
    [CmdletBinding()] param([string]$TaskPath, [string]$TaskName)
    Assert-StubAlive
    if ($TaskPath -ne '\') { throw "No such folder: $TaskPath" }
    foreach ($task in $global:Guest.tasks) { if ($task.name -like $TaskName) { [pscustomobject]@{ TaskName = $task.name; TaskPath = '\' } } }
}
function New-ScheduledTaskAction { [CmdletBinding()] param([string]$Execute, [string]$Argument) return [pscustomobject]@{ Execute = $Execute; Arguments = $Argument } }
function New-ScheduledTaskTrigger { [CmdletBinding()] param([switch]$Once, [DateTime]$At) return [pscustomobject]@{ StartBoundary = $At.ToString('s'); Once = [bool]$Once } }
function New-ScheduledTaskPrincipal { [CmdletBinding()] param([string]$UserId, [string]$LogonType, [string]$RunLevel) return [pscustomobject]@{ UserId = $UserId } }
function New-ScheduledTaskSettingsSet {
    [CmdletBinding()] param([switch]$StartWhenAvailable, [switch]$AllowStartIfOnBatteries, [switch]$DontStopIfGoingOnBatteries, [TimeSpan]$ExecutionTimeLimit)
    return [pscustomobject]@{ StartWhenAvailable = [bool]$StartWhenAvailable }
}
function Register-ScheduledTask {
    [CmdletBinding()] param([string]$TaskName, [string]$TaskPath, $Action, $Trigger, $Principal, $Settings, [switch]$Force)
    Assert-StubAlive
    if (-not $global:Guest.taskRegistration) { throw 'Access is denied.' }
    if ($Principal.UserId -ne 'S-1-5-18' -or -not $Settings.StartWhenAvailable -or -not $Trigger.Once) { throw 'The task is not the one that the design asks for.' }
    # The longest command line that Windows takes.
    if (($Action.Execute + $Action.Arguments).Length -gt 32000) { throw 'The command line is too long.' }
    if ($Action.Arguments -notmatch '-EncodedCommand ([A-Za-z0-9+/=]+)$') { throw 'No encoded command.' }
    $script = [Text.Encoding]::Unicode.GetString([Convert]::FromBase64String($Matches[1]))
    $global:Scripts[$TaskName] = $script
    $task = [ordered]@{ name = $TaskName; fireAt = $Trigger.StartBoundary; script = (($script -split "`n")[0..1] -join "`n") }
    $global:Guest.tasks = @($global:Guest.tasks | Where-Object { $_ -and $_.name -ne $TaskName }) + $task
    if ($global:World.killAfter -eq 'armed') { Stop-StubScript }
}
function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess)] param([string]$TaskName, [string]$TaskPath)
    Assert-StubAlive
    if ($ConfirmPreference -ne 'None') { throw 'It would ask.' }
    if (Test-StubFault 'unregister') { throw 'The task is in use.' }
    if (@($global:Guest.tasks | Where-Object { $_.name -eq $TaskName }).Count -eq 0) { throw 'No such task.' }
    $global:Guest.tasks = @($global:Guest.tasks | Where-Object { $_.name -ne $TaskName })
}

function Get-NetRoute {
    [CmdletBinding()] param([int]$InterfaceIndex, [string]$AddressFamily, [string]$DestinationPrefix, [string]$PolicyStore)
    Assert-StubAlive
    foreach ($adapter in $global:Guest.adapters) {
        if ($adapter.index -eq $InterfaceIndex) { foreach ($hop in (Get-StubGateways $adapter)) { [pscustomobject]@{ NextHop = $hop } } }
    }
}
function Remove-NetRoute {
    # As Windows does: out of the active and out of the persistent store.
    [CmdletBinding(SupportsShouldProcess)] param([int]$InterfaceIndex, [string]$AddressFamily, [string]$DestinationPrefix, [string]$NextHop)
    Assert-StubAlive
    if ($ConfirmPreference -ne 'None') { throw 'It would ask.' }
    Remove-StubRoute $InterfaceIndex $NextHop
    foreach ($adapter in $global:Guest.adapters) {
        if ($adapter.index -eq $InterfaceIndex) { $adapter.gateways = @($adapter.gateways | Where-Object { $_ -ne $NextHop }) }
    }
}
function Set-NetIPInterface {
    [CmdletBinding()] param([int]$InterfaceIndex, [string]$AddressFamily, [string]$Dhcp)
    Assert-StubAlive
    if (Test-StubFault 'restore') { return }
    foreach ($adapter in $global:Guest.adapters) {
        if ($adapter.index -eq $InterfaceIndex) { Clear-StubLease $adapter; $adapter.dhcp = $false }
    }
}

function Get-NetIPAddress {
    [CmdletBinding()] param([int]$InterfaceIndex, [string]$AddressFamily)
    Assert-StubAlive
    foreach ($adapter in $global:Guest.adapters) {
        if ($adapter.index -ne $InterfaceIndex -or -not $adapter.enabled) { continue }
        foreach ($address in $adapter.addresses) { [pscustomobject]@{ IPAddress = $address.ip; SkipAsSource = [bool]$address.skipAsSource } }
    }
}
function Set-NetIPAddress {
    [CmdletBinding()] param([int]$InterfaceIndex, [string]$IPAddress, [bool]$SkipAsSource)
    Assert-StubAlive
    if (Test-StubFault 'sources') { throw 'Access is denied.' }
    foreach ($adapter in $global:Guest.adapters) {
        if ($adapter.index -ne $InterfaceIndex) { continue }
        foreach ($address in $adapter.addresses) {
            if ($address.ip -ne $IPAddress) { continue }
            $address.Remove('skipAsSource')
            if ($SkipAsSource) { $address.skipAsSource = $true }
        }
    }
}

function netsh {
    Assert-StubAlive
    $global:LASTEXITCODE = 0
    $words = @($args | Where-Object { $_ -notmatch '^[a-z]+=' }) -join ' '
    $named = @{}
    foreach ($word in $args) { if ($word -match '(?s)^([a-z]+)=(.*)$') { $named[$Matches[1]] = $Matches[2] } }
    if ($words -eq 'interface ip show config' -and -not $named.ContainsKey('name')) { return Get-StubNetshAll }
    $adapter = Find-StubAdapter ([string]$named.name)
    if ($null -eq $adapter) {
        $global:LASTEXITCODE = 1
        return 'The filename, directory name, or volume label syntax is incorrect.'
    }
    switch ($words) {
        'interface ip show config' { return Get-StubNetshLines $adapter }
        'interface ip set address' { Set-StubAddress $adapter $named }
        'interface ip add address' { Add-StubAddress $adapter $named }
        default { throw "Unexpected: netsh $args" }
    }
}
function Find-StubAdapter($Name) {
    # Windows PowerShell 5.1 passes a name with a double quote on in pieces, so netsh cannot find it.
    if ($Name.Contains('"')) { return $null }
    foreach ($adapter in $global:Guest.adapters) { if ([string]::Equals($adapter.name, $Name, [StringComparison]::OrdinalIgnoreCase)) { return $adapter } }
    foreach ($adapter in $global:Guest.adapters) { if ([string]$adapter.index -eq $Name) { return $adapter } }
    return $null
}
function Set-StubAddress($Adapter, $Named) {
    if ($Named.source -eq 'dhcp') {
        if (Test-StubFault 'switch') { $global:LASTEXITCODE = 1; return }
        foreach ($hop in @($Adapter.gateways)) {
            $known = @($global:Guest.persistentRoutes | Where-Object { $_ -and $_.interfaceIndex -eq $Adapter.index -and $_.nextHop -eq $hop })
            if ($known.Count -eq 0) { $global:Guest.persistentRoutes = @($global:Guest.persistentRoutes) + [ordered]@{ interfaceIndex = $Adapter.index; nextHop = $hop } }
        }
        $Adapter.dhcp = $true
        Clear-StubLease $Adapter
        Update-StubLease $Adapter
        $global:SwitchedGuid = $Adapter.guid
        if ($global:World.killAfter -eq 'switched') { Stop-StubScript }
        return
    }
    if ($Named.source -ne 'static' -or -not $Named.address -or -not $Named.mask -or -not $Named.gateway) { throw 'Unexpected arguments.' }
    if (Test-StubFault 'restore') { $global:LASTEXITCODE = 1; return }
    Clear-StubLease $Adapter
    $Adapter.dhcp = $false
    $Adapter.addresses = @([ordered]@{ ip = $Named.address; prefixLength = Get-StubLength $Named.mask })
    if ($Named.gateway -ne 'none') {
        $Adapter.gateways = @($Named.gateway)
        Remove-StubRoute $Adapter.index $Named.gateway
    }
    if ($global:World.killAfter -eq 'switched') { Stop-StubScript }
}
function Add-StubAddress($Adapter, $Named) {
    if ((Test-StubFault 'restore') -or (Test-StubFault 'add')) { $global:LASTEXITCODE = 1; return }
    if ($Named.address) { $Adapter.addresses = @($Adapter.addresses) + [ordered]@{ ip = $Named.address; prefixLength = Get-StubLength $Named.mask } }
    if ($Named.gateway) {
        $Adapter.gateways = @($Adapter.gateways) + $Named.gateway
        Remove-StubRoute $Adapter.index $Named.gateway
    }
}

# --- netsh's text, in English ---
function Format-StubField($Label, $Value) { return "    ${Label}:".PadRight(42) + $Value }
function Get-StubNetshAll {
    foreach ($adapter in $global:Guest.adapters) { if (-not $adapter.service.StartsWith('mlx')) { Get-StubNetshLines $adapter } }
    ''
    'Configuration for interface "Loopback Pseudo-Interface 1"'
    Format-StubField 'DHCP enabled' 'No'
    Format-StubField 'IP Address' '127.0.0.1'
    Format-StubField 'Subnet Prefix' '127.0.0.0/8 (mask 255.0.0.0)'
    Format-StubField 'InterfaceMetric' '75'
    Format-StubField 'Statically Configured DNS Servers' 'None'
    Format-StubField 'Register with which suffix' 'None'
    Format-StubField 'Statically Configured WINS Servers' 'None'
    ''
}
function Get-StubNetshLines($Adapter) {
    if (-not $Adapter.enabled) { return }
    $dhcp = if ($Adapter.dhcp) { 'Yes' } else { 'No' }
    ''
    'Configuration for interface "{0}"' -f $Adapter.name
    Format-StubField 'DHCP enabled' $dhcp
    foreach ($address in $Adapter.addresses) {
        Format-StubField 'IP Address' $address.ip
        Format-StubField 'Subnet Prefix' ('{0} (mask {1})' -f (Get-StubNetwork $address.ip $address.prefixLength), (Get-StubMask $address.prefixLength))
    }
    foreach ($hop in (Get-StubGateways $Adapter)) {
        Format-StubField 'Default Gateway' $hop
        Format-StubField 'Gateway Metric' '0'
    }
    Format-StubField 'InterfaceMetric' '10'
    $servers = @($Adapter.staticDnsServers | Where-Object { $_ })
    $label = 'Statically Configured DNS Servers'
    if ($Adapter.dhcp -and $servers.Count -eq 0) {
        $label = 'DNS servers configured through DHCP'
        $servers = @($Adapter.leasedDnsServers | Where-Object { $_ })
    }
    if ($servers.Count -eq 0) { Format-StubField $label 'None' } else { Format-StubField $label $servers[0] }
    foreach ($server in @($servers | Select-Object -Skip 1)) { (' ' * 42) + $server }
    Format-StubField 'Register with which suffix' 'Primary only'
    if ($Adapter.dhcp) { Format-StubField 'WINS servers configured through DHCP' 'None' } else { Format-StubField 'Statically Configured WINS Servers' 'None' }
    ''
}

# --- what a case does ---
function Invoke-StubTasks {
    foreach ($task in @($global:Guest.tasks)) {
        if ([string]::CompareOrdinal($task.fireAt, (Get-StubInstant)) -gt 0 -or -not $global:Scripts.ContainsKey($task.name)) { continue }
        $null = & ([scriptblock]::Create($global:Scripts[$task.name]))
    }
}
function Invoke-StubRestart {
    $global:Guest.bootedAt = $global:World.now
    $global:Guest.dhcpService.state = 'stopped'
    Restart-StubTermService
    foreach ($adapter in $global:Guest.adapters) { Update-StubLease $adapter }
    if ($global:Guest.dhcpService.startMode -eq 'automatic') { try { Start-Service -Name Dhcp } catch { $null = $_ } }
    Invoke-StubTasks
}
function Invoke-StubAction($Action) {
    $global:World = $Action.world
    $global:Clock = [DateTimeOffset]::Parse($Action.world.now, [Globalization.CultureInfo]::InvariantCulture).UtcDateTime
    $global:Frozen = $null
    $global:SwitchedGuid = $null
    $start = $global:Clock
    $printed = @()
    $problem = ''
    try {
        switch ($Action.kind) {
            'run' { $printed = @(& ([scriptblock]::Create($Action.script))) }
            'tasks' { Invoke-StubTasks }
            'restart' { Invoke-StubRestart }
        }
    } catch { if ($null -eq $global:Frozen) { $problem = "$_ (line $($_.InvocationInfo.ScriptLineNumber))" } }
    if ($null -ne $global:Frozen) {
        $printed = @()
        $global:Guest = ConvertFrom-Element ([Text.Json.JsonDocument]::Parse($global:Frozen).RootElement)
    }
    $state = ConvertTo-JsonText $global:Guest
    $seconds = [int]($global:Clock - $start).TotalSeconds
    return '{"stdout":' + (ConvertTo-JsonText ($printed -join "`n")) + ',"stderr":' + (ConvertTo-JsonText $problem) + ',"seconds":' + $seconds + ',"state":' + $state + '}'
}

$cases = ConvertFrom-Element ([Text.Json.JsonDocument]::Parse([IO.File]::ReadAllText($InputFile)).RootElement)
$answers = foreach ($case in $cases) {
    $global:Guest = $case.state
    $global:Scripts = @{}
    '[' + (@(foreach ($action in $case.actions) { Invoke-StubAction $action }) -join ',') + ']'
}
[IO.File]::WriteAllText($OutputFile, '[' + (@($answers) -join ',') + ']')
