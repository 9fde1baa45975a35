import type { GuestLanguage } from "./language.ts";

/**
 * Windows in simplified Chinese, as public transcripts show it. There the values of `netsh` do not all stand in one column;
 * here they do.
 */
export const chinese: GuestLanguage = {
  adapterName: "以太网",
  yes: "是",
  no: "否",
  colon: ":",
  netsh: {
    header: ['接口 "', '" 的配置'],
    dhcpEnabled: "DHCP 已启用",
    address: "IP 地址",
    prefix: "子网前缀",
    mask: "掩码",
    gateway: "默认网关",
    gatewayMetric: "网关跃点数",
    interfaceMetric: "InterfaceMetric",
    leasedDns: "通过 DHCP 配置的 DNS 服务器",
    staticDns: "静态配置的 DNS 服务器",
    suffix: "用哪个前缀注册",
    primaryOnly: "只是主要",
    leasedWins: "通过 DHCP 配置的 WINS 服务器",
    staticWins: "静态配置的 WINS 服务器",
    none: "无",
  },
  ipconfig: {
    title: "Windows IP 配置",
    hostName: "主机名 ",
    primarySuffix: "主 DNS 后缀",
    nodeType: "节点类型 ",
    hybrid: "混合",
    routing: "IP 路由已启用",
    winsProxy: "WINS 代理已启用",
    section: "以太网适配器 ",
    connectionSuffix: "连接特定的 DNS 后缀",
    description: "描述",
    physicalAddress: "物理地址",
    dhcpEnabled: "DHCP 已启用",
    autoconfiguration: "自动配置已启用",
    address: "IPv4 地址",
    madeUpAddress: "自动配置 IPv4 地址 ",
    preferred: "首选",
    mask: "子网掩码 ",
    gateway: "默认网关",
    dnsServers: "DNS 服务器 ",
    dots: { columns: "odd", colonAt: 37 },
  },
};
