/** Text in the form in which Windows prints it, and what has to be read out of it. */
export interface Capture {
  readonly language: string;
  readonly text: string;
}

/** One adapter with DHCP off, as `netsh interface ip show config` prints it in many display languages. */
export const STATIC_CAPTURES: readonly Capture[] = [
  netsh(
    ["English", 'Configuration for interface "Ethernet 4"', "No"],
    "DHCP enabled:|IP Address:|Subnet Prefix:|mask",
    "Default Gateway:|Gateway Metric:|InterfaceMetric:",
    "Statically Configured DNS Servers:|Register with which suffix:|Primary only|Statically Configured WINS Servers:|None",
  ),
  netsh(
    ["German", 'Konfiguration der Schnittstelle "Ethernet 4"', "Nein"],
    "DHCP aktiviert:|IP-Adresse:|Subnetzpräfix:|Maske",
    "Standardgateway:|Gatewaymetrik:|Schnittstellenmetrik:",
    "Statisch konfigurierte DNS-Server:|Mit Suffix registrieren:|Nur primär|Statisch konfigurierte WINS-Server:|Keine",
  ),
  netsh(
    ["French", "Configuration pour l'interface «\u00A0Ethernet 4\u00A0»", "Non"],
    "DHCP activé\u00A0:|Adresse IP\u00A0:|Préfixe de sous-réseau\u00A0:|masque",
    "Passerelle par défaut\u00A0:|Métrique de passerelle\u00A0:|Métrique de l'interface\u00A0:",
    "Serveurs DNS configurés statiquement\u00A0:|Enregistrer avec le suffixe :|Principale uniquement|Serveurs WINS configurés statiquement\u00A0:|Aucun",
  ),
  netsh(
    ["Spanish", 'Configuración para la interfaz "Ethernet 4"', "No"],
    "DHCP habilitado:|Dirección IP:|Prefijo de subred:|máscara",
    "Puerta de enlace predeterminada:|Métrica de puerta de enlace:|Métrica de interfaz:",
    "Servidores DNS configurados estáticamente:|Registrar con el sufijo:|Solo principal|Servidores WINS configurados estáticamente:|Ninguno",
  ),
  netsh(
    ["Italian", 'Configurazione per l\'interfaccia "Ethernet 4"', "No"],
    "DHCP abilitato:|Indirizzo IP:|Prefisso subnet:|maschera",
    "Gateway predefinito:|Metrica gateway:|MetricaInterfaccia:",
    "Server DNS configurati statisticamente:|Registra con suffisso:|Solo primario|Server WINS configurati tramite DHCP:|nessuno",
  ),
  netsh(
    ["Portuguese", 'Configuração da interface "Ethernet 4"', "Não"],
    "DHCP habilitado:|Endereço IP:|Prefixo da Sub-rede:|máscara",
    "Gateway Padrão:|Métrica de Gateway:|Métrica da Interface:",
    "Servidores DNS Configurados Estaticamente:|Registrar com qual sufixo:|Somente primário|Servidores WINS Configurados Estaticamente:|Nenhum",
  ),
  netsh(
    ["Dutch", 'Configuratie voor interface "Ethernet 4"', "Nee"],
    "DHCP ingeschakeld:|IP-adres:|Subnetvoorvoegsel:|masker",
    "Standaardgateway:|Gatewaymetriek:|Interfacemetriek:",
    "Statisch geconfigureerde DNS-servers:|Registreren met achtervoegsel:|Alleen primair|Statisch geconfigureerde WINS-servers:|Geen",
  ),
  netsh(
    ["Polish", "Konfiguracja interfejsu „Ethernet 4”", "Nie"],
    "DHCP włączone:|Adres IP:|Prefiks podsieci:|maska",
    "Brama domyślna:|Metryka bramy:|Metryka interfejsu:",
    "Statycznie skonfigurowane serwery DNS:|Zarejestruj z sufiksem:|Tylko podstawowy|Statycznie skonfigurowane serwery WINS:|Brak",
  ),
  netsh(
    ["Russian", 'Настройка интерфейса "Ethernet 4"', "Нет"],
    "DHCP разрешен:|IP-адрес:|Префикс подсети:|маска",
    "Основной шлюз:|Метрика шлюза:|Метрика интерфейса:",
    "Статически настроенные DNS-серверы:|Зарегистрировать с суффиксом:|Только основной|Статически настроенные WINS-серверы:|Нет",
  ),
  netsh(
    ["Chinese (simplified)", '接口 "Ethernet 4" 的配置', "否"],
    "DHCP 已启用:|IP 地址:|子网前缀:|掩码",
    "默认网关:|网关跃点数:|InterfaceMetric:",
    "静态配置的 DNS 服务器:|用哪个前缀注册:|只是主要|静态配置的 WINS 服务器:|无",
  ),
  netsh(
    ["Chinese (traditional)", '介面 "Ethernet 4" 的設定', "否"],
    "DHCP 已啟用:|IP 位址:|子網路首碼:|遮罩",
    "預設閘道:|閘道計量:|InterfaceMetric:",
    "靜態設定的 DNS 伺服器:|以哪個尾碼登錄:|僅主要|靜態設定的 WINS 伺服器:|無",
  ),
  netsh(
    ["Japanese", 'インターフェイス "Ethernet 4" の構成', "いいえ"],
    "DHCP 有効:|IP アドレス:|サブネット プレフィックス:|マスク",
    "デフォルト ゲートウェイ:|ゲートウェイ メトリック:|インターフェイス メトリック:",
    "静的に構成された DNS サーバー:|登録に使用するサフィックス:|プライマリのみ|静的に構成された WINS サーバー:|なし",
  ),
  netsh(
    ["Korean", '인터페이스 "Ethernet 4" 구성', "아니요"],
    "DHCP 사용:|IP 주소:|서브넷 접두사:|마스크",
    "기본 게이트웨이:|게이트웨이 메트릭:|인터페이스 메트릭:",
    "정적으로 구성된 DNS 서버:|등록할 접미사:|주 항목만|정적으로 구성된 WINS 서버:|없음",
  ),
  netsh(
    ["Turkish", '"Ethernet 4" arabirimi için yapılandırma', "Hayır"],
    "DHCP etkin:|IP Adresi:|Alt Ağ Öneki:|maske",
    "Varsayılan Ağ Geçidi:|Ağ Geçidi Ölçümü:|Arabirim Ölçümü:",
    "Statik Olarak Yapılandırılmış DNS Sunucuları:|Şu sonekle kaydet:|Yalnızca birincil|Statik Olarak Yapılandırılmış WINS Sunucuları:|Yok",
  ),
  netsh(
    ["Czech", 'Konfigurace rozhraní "Ethernet 4"', "Ne"],
    "Protokol DHCP povolen:|Adresa IP:|Předpona podsítě:|maska",
    "Výchozí brána:|Metrika brány:|Metrika rozhraní:",
    "Staticky nakonfigurované servery DNS:|Registrovat s příponou:|Pouze primární|Staticky nakonfigurované servery WINS:|Žádné",
  ),
  netsh(
    ["Swedish", 'Konfiguration för gränssnittet "Ethernet 4"', "Nej"],
    "DHCP aktiverat:|IP-adress:|Undernätsprefix:|mask",
    "Standardgateway:|Gatewaymått:|Gränssnittsmått:",
    "Statiskt konfigurerade DNS-servrar:|Registrera med vilket suffix:|Endast primärt|Statiskt konfigurerade WINS-servrar:|Inga",
  ),
];

/** What is in each of them. */
export const STATIC_CONTENT = {
  addresses: [{ ip: "10.44.2.77", prefixLength: 22 }],
  gateways: ["10.44.0.1"],
  dnsServers: ["10.44.9.10", "10.44.9.11"],
};

function netsh(
  [language, header, no]: readonly [string, string, string],
  ...labels: readonly string[]
): Capture {
  return { language, text: netshBlock(header, no, labels.join("|").split("|")) };
}

/** A block of `netsh`: header, DHCP word, and labels in the order of the text with mask, suffix and WINS words. */
export function netshBlock(header: string, dhcp: string, words: readonly string[]): string {
  const values = [
    "DHCP",
    "10.44.2.77",
    "10.44.0.0/22 (MASK 255.255.252.0)",
    "10.44.0.1",
    "0",
    "15",
    "10.44.9.10",
    "PRIMARY",
    "NONE",
  ];
  const filled = values
    .join("\n")
    .replace("DHCP", dhcp)
    .replace("MASK", words[3] ?? "")
    .replace("PRIMARY", words[9] ?? "")
    .replace("NONE", words[11] ?? "");
  const labels = words.filter((_word, index) => ![3, 9, 11].includes(index));
  const lines = filled.split("\n").map((value, index) => line(labels[index] ?? "", value));
  return [header, ...lines.toSpliced(7, 0, line("", "10.44.9.11")), "", ""].join("\n");
}

function line(label: string, value: string): string {
  return `    ${label.padEnd(38)}${value}`;
}

/** `ipconfig /all` on two adapters, the first one with DHCP off and two addresses. */
export const IPCONFIG = `C:\\Users\\operator>ipconfig /all

Windows IP Configuration

   Host Name . . . . . . . . . . . . : vm-mail-07
   Primary Dns Suffix  . . . . . . . : corp.example
   WINS Proxy Enabled. . . . . . . . : No

Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : Microsoft Hyper-V Network Adapter
   Physical Address. . . . . . . . . : 00-0D-3A-77-10-42
   DHCP Enabled. . . . . . . . . . . : No
   Autoconfiguration Enabled . . . . : Yes
   Link-local IPv6 Address . . . . . : fe80::41a2:7c:19d0:5e1%6(Preferred)
   IPv4 Address. . . . . . . . . . . : 10.61.3.8(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.128
   IPv4 Address. . . . . . . . . . . : 10.61.3.9(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.128
   Default Gateway . . . . . . . . . : fe80::1%6
                                       10.61.3.1
   DHCPv6 IAID . . . . . . . . . . . : 100666682
   DNS Servers . . . . . . . . . . . : fec0:0:0:ffff::1%1
                                       10.61.9.4
                                       10.61.9.5
   NetBIOS over Tcpip. . . . . . . . : Enabled

Ethernet adapter vEthernet (nat):

   Media State . . . . . . . . . . . : Media disconnected
   Physical Address. . . . . . . . . : 00-15-5D-61-03-01
   DHCP Enabled. . . . . . . . . . . : Yes
   Autoconfiguration Enabled . . . . : Yes

C:\\Users\\operator>
`;

/** What is in it. */
export const IPCONFIG_ADAPTERS = [
  {
    name: "Ethernet",
    dhcpEnabled: false,
    addresses: [
      { ip: "10.61.3.8", prefixLength: 25 },
      { ip: "10.61.3.9", prefixLength: 25 },
    ],
    gateways: ["10.61.3.1"],
    dnsServers: ["10.61.9.4", "10.61.9.5"],
  },
  { name: "vEthernet (nat)", dhcpEnabled: true, addresses: [], gateways: [], dnsServers: [] },
];

/** Windows XP and 2003: the mask on a line of its own, two addresses, two gateways. */
export const XP = `C:\\Documents and Settings\\operator>netsh interface ip show config name="LAN 2"

Configuration for interface "LAN 2"
    DHCP enabled:                         No
    IP Address:                           10.7.1.20
    SubnetMask:                           255.255.0.0
    IP Address:                           10.7.1.21
    SubnetMask:                           255.255.0.0
    Default Gateway:                      10.7.0.1
    GatewayMetric:                        0
    Default Gateway:                      10.7.0.2
    GatewayMetric:                        1
    InterfaceMetric:                      0
    Statically Configured DNS Servers:    10.7.9.1
    Statically Configured WINS Servers:   10.7.9.2
    Register with which suffix:           Primary only

Configuration for interface "Spare"
    DHCP enabled:                         Yes
    InterfaceMetric:
    DNS servers configured through DHCP:  None

`;

/** What is in it. */
export const XP_ADAPTERS = [
  {
    name: "LAN 2",
    dhcpEnabled: false,
    addresses: [
      { ip: "10.7.1.20", prefixLength: 16 },
      { ip: "10.7.1.21", prefixLength: 16 },
    ],
    gateways: ["10.7.0.1", "10.7.0.2"],
    dnsServers: ["10.7.9.1"],
  },
  { name: "Spare", dhcpEnabled: true, addresses: [], gateways: [], dnsServers: [] },
];

/** A header with ipconfig's section in many display languages, and the name in it. */
export const SECTIONS: readonly (readonly [header: string, name: string])[] = [
  ["Ethernet-Adapter Büro:", "Büro"],
  ["Carte réseau sans fil Wi-Fi\u00A0:", "Wi-Fi"],
  ["Adaptador de Ethernet Ethernet 3:", "Ethernet 3"],
  ["Scheda Ethernet Ethernet 3:", "Ethernet 3"],
  ["Karta bezprzewodowej sieci LAN Wi-Fi:", "Wi-Fi"],
  ["Адаптер Ethernet Сеть 2:", "Сеть 2"],
  ["イーサネット アダプター 本社:", "本社"],
  ["以太网适配器 以太网 2:", "以太网 2"],
  ["Ethernet adapter Hall no. 5..:", "Hall no. 5.."],
  ["이더넷 어댑터 이더넷 2:", "이더넷 2"],
  ["Ethernet bağdaştırıcısı Ofis:", "Ofis"],
  ["Ethernet adapter vEthernet (WSL (Hyper-V firewall)):", "vEthernet (WSL (Hyper-V firewall))"],
];
