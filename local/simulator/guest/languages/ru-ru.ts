import type { GuestLanguage } from "./language.ts";

/**
 * Windows in Russian. The words of `ipconfig` are those of public transcripts. Those of `netsh` are from a transcript of
 * Windows XP, which knew no line with a prefix: that line, the WINS servers of a lease and the suffix are unconfirmed.
 */
export const russian: GuestLanguage = {
  adapterName: "Ethernet",
  yes: "Да",
  no: "Нет",
  colon: ":",
  netsh: {
    header: ['Настройка интерфейса "', '"'],
    dhcpEnabled: "DHCP разрешен",
    address: "IP-адрес",
    prefix: "Префикс подсети",
    mask: "маска",
    gateway: "Основной шлюз",
    gatewayMetric: "Метрика шлюза",
    interfaceMetric: "Метрика интерфейса",
    leasedDns: "DNS-серверы с настройкой через DHCP",
    staticDns: "Статически настроенные DNS-серверы",
    suffix: "Зарегистрировать с суффиксом",
    primaryOnly: "Только основной",
    leasedWins: "WINS-серверы с настройкой через DHCP",
    staticWins: "Статически настроенные WINS-серверы",
    none: "Отсутствует",
  },
  ipconfig: {
    title: "Настройка протокола IP для Windows",
    hostName: "Имя компьютера ",
    primarySuffix: "Основной DNS-суффикс ",
    nodeType: "Тип узла",
    hybrid: "Гибридный",
    routing: "IP-маршрутизация включена",
    winsProxy: "WINS-прокси включен",
    section: "Адаптер Ethernet ",
    connectionSuffix: "DNS-суффикс подключения",
    description: "Описание",
    physicalAddress: "Физический адрес",
    dhcpEnabled: "DHCP включен",
    autoconfiguration: "Автонастройка включена",
    address: "IPv4-адрес",
    madeUpAddress: "Автонастройка IPv4-адреса",
    preferred: "Основной",
    mask: "Маска подсети",
    gateway: "Основной шлюз. . . . . . . . . :",
    dnsServers: "DNS-серверы",
    dots: { columns: "odd", colonAt: 37 },
  },
};
