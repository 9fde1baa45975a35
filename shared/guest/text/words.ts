const YES = new Set(
  words([
    "yes ja oui sí si sì sim tak ano áno evet igen kyllä",
    "да так ναι da jah taip jā כן نعم 是 はい 예 네",
    // The same words in a wrong code page; no word for "no" fits "s�".
    "s¡ s\u008D sã\u00AD sã¬ s�",
  ]),
);

const NO = new Set(
  words([
    "no nein non não nee nie ne nej nei nem ei nu nē",
    "нет не ні όχι לא لا 否 いいえ 아니요 아니오 hayır hayir",
    // The same words in a wrong code page.
    "næo nã£o n�o hay\u008Dr hayä±r hay�r",
  ]),
);

function words(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(" "));
}

/** What Windows' word for yes or no means, in any display language known here; null for every other word. */
export function yesOrNo(word: string): boolean | null {
  const plain = word.trim().normalize("NFC").replace(/\.$/u, "").toLowerCase().replace("i̇", "i");
  if (YES.has(plain)) {
    return true;
  }
  return NO.has(plain) ? false : null;
}

/**
 * What `ipconfig` puts before an adapter's name in a section's header. The header marks no border between the two, so
 * these words are data; a header that begins with none of them is taken as a name as a whole.
 */
const ADAPTER_KINDS: readonly string[] = [
  "Ethernet adapter|Wireless LAN adapter|Tunnel adapter|PPP adapter",
  "Unknown adapter|Mobile Broadband adapter|Token Ring adapter",
  "Ethernet-Adapter|Ethernetadapter|Drahtlos-LAN-Adapter|Drahtlosnetzwerkadapter",
  "Tunneladapter|PPP-Adapter|Unbekannter Adapter|Mobiler Breitbandadapter",
  "Carte Ethernet|Carte réseau sans fil|Carte Tunnel|Carte PPP|Carte inconnue",
  "Adaptador de Ethernet|Adaptador Ethernet|Adaptador de LAN inalámbrica",
  "Adaptador de túnel|Adaptador PPP|Adaptador desconocido",
  "Adaptador de Rede sem Fio|Adaptador de LAN sem fios|Placa Ethernet",
  "Scheda Ethernet|Scheda LAN wireless|Scheda Tunnel|Scheda PPP",
  "Scheda sconosciuta|Adapter voor draadloos LAN|Draadloos LAN-adapter",
  "Tunnel-adapter|Onbekende adapter|Karta Ethernet",
  "Karta bezprzewodowej sieci LAN|Karta tunelowa|Karta tunelu|Nieznana karta",
  "Адаптер Ethernet|Ethernet адаптер|Ethernet-адаптер|Туннельный адаптер",
  "Адаптер беспроводной локальной сети|Адаптер PPP|Неизвестный адаптер",
  "以太网适配器|无线局域网适配器|隧道适配器|未知适配器|PPP 适配器",
  "乙太網路卡|乙太網路介面卡|無線區域網路介面卡|通道介面卡|未知的介面卡",
  "イーサネット アダプター|イーサネット アダプタ|トンネル アダプター|不明なアダプター",
  "이더넷 어댑터|무선 LAN 어댑터|터널 어댑터|알 수 없는 어댑터",
  "Ethernet bağdaştırıcısı|Kablosuz LAN bağdaştırıcısı|Tünel bağdaştırıcısı",
  "Adaptér sítě Ethernet|Adaptér Ethernet|Adaptér bezdrátové sítě LAN",
  "Adaptér pro tunelové připojení|Ethernet-kort|Trådlöst LAN-kort",
  "Tunnelkort|Nätverkskort för Ethernet|Okänt nätverkskort",
]
  .flatMap((line) => line.split("|"))
  .toSorted((one, other) => other.length - one.length);

/** The adapter's name in the header of a section of `ipconfig`, given without its colon. */
export function nameInSection(header: string): string {
  const plain = header.trim();
  const lower = plain.toLowerCase();
  const kind = ADAPTER_KINDS.find((each) => lower.startsWith(`${each.toLowerCase()} `));
  return kind === undefined ? plain : plain.slice(kind.length).trim();
}

/** Opening and closing marks around a name. */
const QUOTES: readonly (readonly [open: string, close: string])[] = [
  ['"', '"'],
  ["«", "»"],
  ["„", "”"],
  ["„", "“"],
  ["“", "”"],
  ["”", "”"],
  ["»", "«"],
  ["‹", "›"],
  ["「", "」"],
  ["『", "』"],
  ["＂", "＂"],
];

/** Guillemets in a wrong code page. */
const BROKEN_QUOTES: readonly (readonly [open: string, close: string])[] = [
  ["Â«", "Â»"],
  ["┬½", "┬╗"],
  ["®", "¯"],
  ["½", "╗"],
  ["�", "�"],
];

/** The quoted name in a line. */
export interface QuotedName {
  readonly name: string;
  readonly before: string;
  /** Whether the closing mark is in the line too. */
  readonly closed: boolean;
}

/** Finds the quoted name in a line: from the first opening mark to the last closing one; null if nothing is quoted. */
export function quotedName(line: string): QuotedName | null {
  const found = [...QUOTES, ...BROKEN_QUOTES]
    .map(([open, close]) => ({
      open,
      start: line.indexOf(open),
      end: line.lastIndexOf(close),
    }))
    .filter(({ start }) => start !== -1);
  const closed = found.filter(({ start, end }) => end > start);
  const [first] = (closed.length === 0 ? found : closed).toSorted((one, other) =>
    one.start === other.start ? other.end - one.end : one.start - other.start,
  );
  if (first === undefined) {
    return null;
  }
  const inside = line.slice(
    first.start + first.open.length,
    first.end > first.start ? first.end : undefined,
  );
  const broken = BROKEN_QUOTES.some(([open]) => open === first.open);
  const name = broken ? withoutPadding(inside) : inside.trim();
  return { name, before: line.slice(0, first.start), closed: first.end > first.start };
}

/** Guillemets have no-break spaces inside, which a wrong code page turns into one of these. */
function withoutPadding(inside: string): string {
  return inside.replace(/^[\s�ÿÂ┬á]+/u, "").replace(/[\s�ÿÂ┬á]+$/u, "");
}
