import { german } from "./languages/de-de.ts";
import { english } from "./languages/en-us.ts";
import { french } from "./languages/fr-fr.ts";
import { japanese } from "./languages/ja-jp.ts";
import type { GuestLanguage } from "./languages/language.ts";
import { russian } from "./languages/ru-ru.ts";
import { chinese } from "./languages/zh-cn.ts";

/** The display languages that a simulated Windows can have; the first is the default. */
export const GUEST_LOCALES = ["en-US", "fr-FR", "de-DE", "ja-JP", "zh-CN", "ru-RU"] as const;

/** A display language of a simulated Windows. */
export type GuestLocale = (typeof GUEST_LOCALES)[number];

const LANGUAGES: Readonly<Record<GuestLocale, GuestLanguage>> = {
  "en-US": english,
  "fr-FR": french,
  "de-DE": german,
  "ja-JP": japanese,
  "zh-CN": chinese,
  "ru-RU": russian,
};

/** The words of a display language. */
export function languageOf(locale: GuestLocale = "en-US"): GuestLanguage {
  return LANGUAGES[locale];
}

/** The name that Windows gives its n-th Ethernet adapter, counted from 1. */
export function adapterNameFor(locale: GuestLocale | undefined, number: number): string {
  const { adapterName } = languageOf(locale);
  return number === 1 ? adapterName : `${adapterName} ${number}`;
}
