/**
 * What Windows prints in one display language. Labels stand here without their colon, with the spaces that Windows itself
 * adds to some of them.
 */
export interface GuestLanguage {
  /** Name of the first Ethernet adapter; the others are counted from 2. */
  readonly adapterName: string;
  readonly yes: string;
  readonly no: string;
  /** What stands between a label, or a header, and what follows it. */
  readonly colon: ":" | "\u00A0:";
  readonly netsh: NetshWords;
  readonly ipconfig: IpconfigWords;
}

/** The words of `netsh interface ip show config`. */
export interface NetshWords {
  /** Before and after an adapter's name. */
  readonly header: readonly [before: string, after: string];
  readonly dhcpEnabled: string;
  readonly address: string;
  readonly prefix: string;
  readonly mask: string;
  readonly gateway: string;
  readonly gatewayMetric: string;
  readonly interfaceMetric: string;
  readonly leasedDns: string;
  readonly staticDns: string;
  readonly suffix: string;
  readonly primaryOnly: string;
  readonly leasedWins: string;
  readonly staticWins: string;
  readonly none: string;
}

/**
 * The words of `ipconfig /all`. A label which ends with a colon is printed as it stands: Windows' translators set the dots
 * by hand, and some labels have others than the rest of their language.
 */
export interface IpconfigWords {
  readonly title: string;
  readonly hostName: string;
  readonly primarySuffix: string;
  readonly nodeType: string;
  readonly hybrid: string;
  readonly routing: string;
  readonly winsProxy: string;
  /** Before an adapter's name in the header of its section. */
  readonly section: string;
  readonly connectionSuffix: string;
  readonly description: string;
  readonly physicalAddress: string;
  readonly dhcpEnabled: string;
  readonly autoconfiguration: string;
  readonly address: string;
  /** Label of an address that Windows made up. */
  readonly madeUpAddress: string;
  readonly preferred: string;
  readonly mask: string;
  readonly gateway: string;
  readonly dnsServers: string;
  readonly dots: Dots;
}

/** Where `ipconfig` puts its dots and the colon after them, in columns counted from 0; a Chinese letter takes two. */
export interface Dots {
  readonly columns: "even" | "odd";
  readonly colonAt: number;
}
