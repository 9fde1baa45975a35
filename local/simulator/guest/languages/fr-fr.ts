import type { GuestLanguage } from "./language.ts";

/**
 * Windows in French, as public transcripts show it. In some of them the spaces before the colons, and those inside the
 * guillemets, are ordinary ones: which of them are no-break spaces in Windows' own texts is unconfirmed.
 */
export const french: GuestLanguage = {
  adapterName: "Ethernet",
  yes: "Oui",
  no: "Non",
  colon: "\u00A0:",
  netsh: {
    header: ["Configuration pour l'interface «\u00A0", "\u00A0»"],
    dhcpEnabled: "DHCP activé",
    address: "Adresse IP",
    prefix: "Préfixe de sous-réseau",
    mask: "masque",
    gateway: "Passerelle par défaut",
    gatewayMetric: "Métrique de passerelle",
    interfaceMetric: "Métrique de l'interface",
    leasedDns: "Serveurs DNS configurés via DHCP",
    staticDns: "Serveurs DNS configurés statiquement",
    suffix: "Enregistrer avec le suffixe",
    primaryOnly: "Principale uniquement",
    leasedWins: "Serveurs WINS configurés via DHCP",
    staticWins: "Serveurs WINS configurés statiquement",
    none: "Aucun",
  },
  ipconfig: {
    title: "Configuration IP de Windows",
    hostName: "Nom de l'hôte . . . . . . . . . . :",
    primarySuffix: "Suffixe DNS principal . . . . . . :",
    nodeType: "Type de noeud. . . . . . . . . .  :",
    hybrid: "Hybride",
    routing: "Routage IP activé . . . . . . . . :",
    winsProxy: "Proxy WINS activé . . . . . . . . :",
    section: "Carte Ethernet ",
    connectionSuffix: "Suffixe DNS propre à la connexion",
    description: "Description",
    physicalAddress: "Adresse physique",
    dhcpEnabled: "DHCP activé",
    autoconfiguration: "Configuration automatique activée",
    address: "Adresse IPv4. . . . . . . . . . . . . .:",
    madeUpAddress: "Adresse d'autoconfiguration IPv4",
    preferred: "préféré",
    mask: "Masque de sous-réseau",
    gateway: "Passerelle par défaut",
    dnsServers: "Serveurs DNS. . .  . . . . . . . . . . :",
    dots: { columns: "even", colonAt: 42 },
  },
};
