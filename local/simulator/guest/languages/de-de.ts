import type { GuestLanguage } from "./language.ts";

/**
 * Windows in German. The words of `ipconfig` are those of public transcripts; of `netsh` none was found, so its words, put
 * together from what other programs expect there, are unconfirmed.
 */
export const german: GuestLanguage = {
  adapterName: "Ethernet",
  yes: "Ja",
  no: "Nein",
  colon: ":",
  netsh: {
    header: ['Konfiguration der Schnittstelle "', '"'],
    dhcpEnabled: "DHCP aktiviert",
    address: "IP-Adresse",
    prefix: "Subnetzpräfix",
    mask: "Maske",
    gateway: "Standardgateway",
    gatewayMetric: "Gatewaymetrik",
    interfaceMetric: "Schnittstellenmetrik",
    leasedDns: "Über DHCP konfigurierte DNS-Server",
    staticDns: "Statisch konfigurierte DNS-Server",
    suffix: "Mit welchem Suffix registrieren",
    primaryOnly: "Nur primäres",
    leasedWins: "Über DHCP konfigurierte WINS-Server",
    staticWins: "Statisch konfigurierte WINS-Server",
    none: "Keine",
  },
  ipconfig: {
    title: "Windows-IP-Konfiguration",
    hostName: "Hostname ",
    primarySuffix: "Primäres DNS-Suffix",
    nodeType: "Knotentyp",
    hybrid: "Hybrid",
    routing: "IP-Routing aktiviert ",
    winsProxy: "WINS-Proxy aktiviert ",
    section: "Ethernet-Adapter ",
    connectionSuffix: "Verbindungsspezifisches DNS-Suffix:",
    description: "Beschreibung",
    physicalAddress: "Physische Adresse",
    dhcpEnabled: "DHCP aktiviert",
    autoconfiguration: "Autokonfiguration aktiviert",
    address: "IPv4-Adresse ",
    madeUpAddress: "IPv4-Adresse (Auto. Konfiguration):",
    preferred: "Bevorzugt",
    mask: "Subnetzmaske ",
    gateway: "Standardgateway",
    dnsServers: "DNS-Server ",
    dots: { columns: "odd", colonAt: 37 },
  },
};
