# Functions that the guest scripts share; the renderer puts them in place of the include line.
# Everything is read from CIM, the registry and numbers, never from translated text.
# Read-Interface to Restore-Static also become part of the dead-man's own script: they use nothing else of this file.
# A command whose output nobody wants goes to $null: a function's stray output would become part of its answer.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

function ConvertTo-AsciiJson($Value) {
    # Own writer: ConvertTo-Json differs between versions in its escapes, its dates and its arrays of one element.
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [int]) { return $Value.ToString([Globalization.CultureInfo]::InvariantCulture) }
    if ($Value -is [Collections.IDictionary]) {
        $members = foreach ($key in @($Value.Keys)) { (ConvertTo-AsciiJson ([string]$key)) + ':' + (ConvertTo-AsciiJson $Value[$key]) }
        return '{' + ($members -join ',') + '}'
    }
    if ($Value -is [array]) {
        $items = foreach ($item in $Value) { ConvertTo-AsciiJson $item }
        return '[' + ($items -join ',') + ']'
    }
    # Most texts need no escapes; the loop is slow.
    if ([string]$Value -cnotmatch '[^ -~]|["\\]') { return '"' + $Value + '"' }
    $text = [Text.StringBuilder]::new()
    foreach ($character in ([string]$Value).ToCharArray()) {
        $code = [int]$character
        if ($code -lt 32 -or $code -gt 126 -or $code -eq 34 -or $code -eq 92) { [void]$text.Append('\u' + $code.ToString('x4')) }
        else { [void]$text.Append($character) }
    }
    return '"' + $text.ToString() + '"'
}

function ConvertTo-Instant([DateTime]$Date) {
    # The invariant culture: others count years differently.
    return $Date.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

function Test-Elevated {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    return ([Security.Principal.WindowsPrincipal]$identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Compress-Text($Text) {
    $bytes = [Text.Encoding]::UTF8.GetBytes($Text)
    $buffer = [IO.MemoryStream]::new()
    $gzip = [IO.Compression.GZipStream]::new($buffer, [IO.Compression.CompressionMode]::Compress)
    $gzip.Write($bytes, 0, $bytes.Length)
    $gzip.Dispose()
    return [Convert]::ToBase64String($buffer.ToArray())
}

function Get-OurTaskNames {
    # A query by wildcard: without a match it gives nothing, and it fails only if the scheduler itself does.
    $tasks = @(Get-ScheduledTask -TaskPath '\' -TaskName 'static-ip-remediator-*' -ErrorAction Stop)
    return , @(foreach ($task in $tasks) { if ($null -ne $task) { [string]$task.TaskName } })
}

function Read-Interface($Guid) {
    # What the registry holds of an interface; addresses as address/mask, gateways as address/metric.
    $key = Get-ItemProperty -LiteralPath ('HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\' + $Guid) -ErrorAction SilentlyContinue
    $ips = @($key.IPAddress)
    $masks = @($key.SubnetMask)
    $hops = @($key.DefaultGateway)
    $metrics = @($key.DefaultGatewayMetric)
    $addresses = for ($i = 0; $i -lt $ips.Count; $i++) {
        if ($ips[$i] -match '^\d+\.\d+\.\d+\.\d+$' -and $ips[$i] -ne '0.0.0.0') { '{0}/{1}' -f $ips[$i], $masks[$i] }
    }
    $gateways = for ($i = 0; $i -lt $hops.Count; $i++) {
        if ($hops[$i] -match '^\d+\.\d+\.\d+\.\d+$' -and $hops[$i] -ne '0.0.0.0') { '{0}/{1}' -f $hops[$i], [int]$metrics[$i] }
    }
    $dhcp = $null
    if ($null -ne $key.EnableDHCP) { $dhcp = ([int]$key.EnableDHCP -ne 0) }
    return @{
        dhcp = $dhcp
        addresses = @($addresses | Where-Object { $_ })
        gateways = @($gateways | Where-Object { $_ })
        leaseGateways = @($key.DhcpDefaultGateway | Where-Object { $_ -match '^\d+\.\d+\.\d+\.\d+$' -and $_ -ne '0.0.0.0' })
        dns = @(([string]$key.NameServer) -split '[,\s]+' | Where-Object { $_ -match '^\d+\.\d+\.\d+\.\d+$' })
    }
}

function Get-AddressesInForce($Guid) {
    # Without those which Windows makes up itself when no DHCP server answers.
    $configuration = Get-CimInstance -ClassName Win32_NetworkAdapterConfiguration -Filter "SettingID='$Guid'"
    return , @($configuration.IPAddress | Where-Object { $_ -match '^\d+\.\d+\.\d+\.\d+$' -and $_ -notmatch '^169\.254\.' })
}

function Get-AdapterByGuid($Guid) {
    foreach ($adapter in @(Get-NetAdapter)) { if ([string]$adapter.InterfaceGuid -eq $Guid) { return $adapter } }
}

function Get-NetshName($Adapter) {
    # The alias; the index, which netsh takes too, for an alias that Windows PowerShell 5.1 or netsh would not read as one name.
    $alias = [string]$Adapter.Name
    if ($alias -notmatch '["\\=\x00-\x1f]' -and $alias -notmatch '^\d+$' -and $alias -eq $alias.Trim()) { return $alias }
    $index = [string]$Adapter.InterfaceIndex
    # netsh would take it for that adapter's alias.
    foreach ($other in @(Get-NetAdapter)) { if ([string]$other.Name -eq $index) { throw "Another adapter is named $index, the index of this one." } }
    return $index
}

function Get-Heads($Values) {
    # What stands before the slashes, in an order of its own: Windows may list addresses in another one.
    return (@($Values | Where-Object { $_ } | ForEach-Object { ($_ -split '/')[0] } | Sort-Object) -join ',')
}

function Test-StaticInPlace($Saved) {
    # Metrics do not count: netsh may write its own default for one that was not given.
    $now = Read-Interface $Saved.guid
    if ($now.dhcp -ne $false) { return $false }
    $addresses = @($Saved.addresses | Sort-Object) -join ','
    if ($addresses -eq '') { return ($now.addresses.Count -eq 0) }
    if ((@($now.addresses | Sort-Object) -join ',') -eq $addresses -and (Get-Heads $now.gateways) -eq (Get-Heads $Saved.gateways)) { return $true }
    # Tools that leave the registry's values empty: then what is in force counts.
    return ($now.addresses.Count -eq 0 -and (Get-Heads (Get-AddressesInForce $Saved.guid)) -eq (Get-Heads $Saved.addresses))
}

function Set-Static($Adapter, $Addresses, $Gateways) {
    # Sets addresses (address/mask) and gateways (address/metric) in place of whatever is there; none: DHCP off and nothing more.
    $name = 'name=' + (Get-NetshName $Adapter)
    if ($Addresses.Count -eq 0) {
        $null = Set-NetIPInterface -InterfaceIndex $Adapter.InterfaceIndex -AddressFamily IPv4 -Dhcp Disabled
        return
    }
    $ip, $mask = $Addresses[0] -split '/'
    $arguments = @('interface', 'ip', 'set', 'address', $name, 'source=static', "address=$ip", "mask=$mask")
    if ($Gateways.Count -eq 0) { $arguments += 'gateway=none' }
    else {
        $hop, $metric = $Gateways[0] -split '/'
        $arguments += "gateway=$hop"
        if ($metric -ne '0') { $arguments += "gwmetric=$metric" }
    }
    $null = netsh @arguments
    foreach ($address in @($Addresses | Select-Object -Skip 1)) {
        $ip, $mask = $address -split '/'
        $null = netsh interface ip add address $name "address=$ip" "mask=$mask"
    }
    foreach ($gateway in @($Gateways | Select-Object -Skip 1)) {
        $hop, $metric = $gateway -split '/'
        $null = netsh interface ip add address $name "gateway=$hop" "gwmetric=$metric"
    }
}

function Restore-Static($Saved) {
    # Puts the saved configuration back and says whether it is in place. DNS is not touched.
    $adapter = Get-AdapterByGuid $Saved.guid
    if (-not (Test-StaticInPlace $Saved)) {
        Set-Static $adapter @($Saved.addresses) @($Saved.gateways)
        foreach ($ip in @($Saved.skipped | Where-Object { $_ })) {
            $null = Set-NetIPAddress -InterfaceIndex $adapter.InterfaceIndex -IPAddress $ip -SkipAsSource $true -ErrorAction SilentlyContinue
        }
    }
    if ($Saved.dhcpMode -eq 'Disabled') { $null = Set-Service -Name Dhcp -StartupType Disabled }
    if (-not $Saved.dhcpRan) { $null = Stop-Service -Name Dhcp -Force -ErrorAction SilentlyContinue }
    for ($look = 0; $look -lt 5 -and -not (Test-StaticInPlace $Saved); $look++) { Start-Sleep -Seconds 1 }
    return (Test-StaticInPlace $Saved)
}

function Get-SkippedAddresses($Index) {
    # Those which Windows does not choose as the source of what it sends by itself.
    return , @(Get-NetIPAddress -InterfaceIndex $Index -AddressFamily IPv4 -ErrorAction SilentlyContinue | Where-Object { $_.SkipAsSource } | ForEach-Object { [string]$_.IPAddress })
}

function Get-MaskLength($Mask) {
    $length = 0
    foreach ($octet in ([string]$Mask -split '\.')) { $length += [Convert]::ToString([int]$octet, 2).Replace('0', '').Length }
    return $length
}

function Get-Fingerprint($View) {
    # Of what a change of the configuration would change; not of the alias, nor of addresses that Windows makes up.
    $kept = @($View.ip | Where-Object { $_ -notmatch '^169\.254\.' })
    $parts = @($View.guid, $View.mac, [string]$View.on, [string]$View.dhcp, ($kept -join ','), ($View.gw -join ','), ($View.dns -join ','))
    $bytes = [Text.Encoding]::UTF8.GetBytes(($parts -join '|').ToLowerInvariant())
    # This provider is allowed where the FIPS policy is on; the default one of .NET Framework is not.
    $digest = [Security.Cryptography.SHA256CryptoServiceProvider]::new().ComputeHash($bytes)
    return [BitConverter]::ToString($digest, 0, 8).Replace('-', '').ToLowerInvariant()
}

function Get-AdapterView($Adapter, $Configuration) {
    $guid = ([string]$Adapter.InterfaceGuid).ToUpperInvariant()
    $stored = Read-Interface $guid
    $enabled = -not ([int]$Adapter.State -eq 3 -or [int]$Adapter.InterfaceAdminStatus -eq 2)
    $dhcp = $stored.dhcp
    if ($enabled -and $null -ne $Configuration.DHCPEnabled) { $dhcp = [bool]$Configuration.DHCPEnabled }
    $addresses = @()
    $gateways = @()
    if ($enabled) {
        $ips = @($Configuration.IPAddress)
        $masks = @($Configuration.IPSubnet)
        $addresses = @(for ($i = 0; $i -lt $ips.Count; $i++) {
            if ($ips[$i] -match '^\d+\.\d+\.\d+\.\d+$') { '{0}/{1}' -f $ips[$i], (Get-MaskLength $masks[$i]) }
        })
        $gateways = @($Configuration.DefaultIPGateway | Where-Object { $_ -match '^\d+\.\d+\.\d+\.\d+$' })
    } elseif ($dhcp -eq $false) {
        # CIM holds no addresses of a disabled adapter; the registry does.
        $addresses = @(foreach ($address in $stored.addresses) { $ip, $mask = $address -split '/'; '{0}/{1}' -f $ip, (Get-MaskLength $mask) })
        $gateways = @(foreach ($gateway in $stored.gateways) { ($gateway -split '/')[0] })
    }
    $view = [ordered]@{
        name = [string]$Adapter.Name
        guid = $guid
        mac = (([string]$Adapter.MacAddress) -replace '[^0-9A-Fa-f]', '').ToUpperInvariant() -replace '(..)(?!$)', '$1-'
        on = [bool]$enabled
        dhcp = $dhcp
        ip = $addresses
        gw = $gateways
        dns = $stored.dns
        fp = ''
    }
    $view.fp = Get-Fingerprint $view
    return $view
}

function Get-AdapterViews {
    # Adapters of the hypervisor's network that are there: CIM names their driver service, Get-NetAdapter leaves ghosts out.
    $configurations = @{}
    foreach ($configuration in @(Get-CimInstance -ClassName Win32_NetworkAdapterConfiguration -Filter "ServiceName='netvsc'")) {
        if ($null -ne $configuration) { $configurations[([string]$configuration.SettingID).ToUpperInvariant()] = $configuration }
    }
    $views = foreach ($adapter in @(Get-NetAdapter | Sort-Object -Property InterfaceIndex)) {
        if ($null -eq $adapter) { continue }
        $configuration = $configurations[([string]$adapter.InterfaceGuid).ToUpperInvariant()]
        if ($null -ne $configuration) { Get-AdapterView $adapter $configuration }
    }
    return , @($views | Where-Object { $null -ne $_ })
}

function Get-DhcpService {
    return Get-CimInstance -ClassName Win32_Service -Filter "Name='Dhcp'"
}

function Get-NetshText($Adapter) {
    # Evidence for people, so a failure of netsh is no failure of the script.
    try {
        if ($null -eq $Adapter) { return @(netsh interface ip show config) -join "`n" }
        return @(netsh interface ip show config ('name=' + (Get-NetshName $Adapter))) -join "`n"
    } catch { return $null }
}

function Write-Envelope($Envelope, $Views, $NetshText) {
    # Run Command keeps the last 4,096 bytes. Cut first: the netsh text; then long names, which are for people only.
    $names = @(foreach ($view in $Views) { $view.name })
    foreach ($limit in 256, 64, 24, 8) {
        for ($i = 0; $i -lt $names.Count; $i++) {
            if ($names[$i].Length -gt $limit) { $Views[$i].name = $names[$i].Substring(0, $limit - 1) + '~' }
        }
        $Envelope.netsh = $null
        $line = ConvertTo-AsciiJson $Envelope
        if ($line.Length -le 4000) { break }
    }
    if ($line.Length -gt 4000) { $line = ConvertTo-AsciiJson ([ordered]@{ sir = $Envelope.sir; error = 'envelope-too-large'; detail = $null }) }
    elseif ($NetshText) {
        $Envelope.netsh = Compress-Text $NetshText
        $full = ConvertTo-AsciiJson $Envelope
        if ($full.Length -le 4000) { $line = $full }
    }
    Write-Output $line
}

function Get-ErrorText($ErrorRecord) {
    $text = ([string]$ErrorRecord.Exception.Message) -replace '\s+', ' '
    if ($text.Length -gt 200) { $text = $text.Substring(0, 200) }
    return $text
}
