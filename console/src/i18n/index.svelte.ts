// Texts in the reader's language. Each language is a file of its own, loaded when it is needed.
import type en from './en.json';

export type Key = keyof typeof en;
export type Language = 'en' | 'ru';
type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Values = Record<string, string | number>;

const STORED = 'artel-language';
const FILES: Record<Language, () => Promise<{ default: Record<string, Text> }>> = {
  en: () => import('./en.json'),
  ru: () => import('./ru.json'),
};

const state = $state<{ language: Language; texts: Record<string, Text> }>({ language: 'en', texts: {} });

export function language(): Language {
  return state.language;
}

/** The stored choice, else the first language of the browser that there is a file for. */
export function preferred(): Language {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages].map((name) => name.slice(0, 2));
  return wanted.find((name): name is Language => name in FILES) ?? 'en';
}

export async function speak(wanted: Language): Promise<void> {
  const { default: texts } = await FILES[wanted]();
  state.texts = texts;
  state.language = wanted;
  document.documentElement.lang = wanted;
}

export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(STORED, wanted);
  await speak(wanted);
}

/** The text with `{name}` replaced by the values. A text with plural forms is chosen by `count`. */
export function t(key: Key, values: Values = {}): string {
  const found = state.texts[key] ?? key;
  const text = typeof found === 'string' ? found : plural(found, Number(values.count ?? 0));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => shown(values[name]) ?? whole);
}

function plural(forms: Exclude<Text, string>, count: number): string {
  return forms[new Intl.PluralRules(state.language).select(count)] ?? forms.other ?? '';
}

function shown(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? number(value) : value;
}

/** The reader's own variant of the language, which writes dates and numbers in its way. */
function locale(): string {
  return navigator.languages.find((name) => name.slice(0, 2) === state.language) ?? state.language;
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

export function dollars(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2;
  const style = { style: 'currency', currency: 'USD', maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale(), style).format(value);
}

export function dateTime(time: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(time));
}

/** A moment with its day of the week, by the clock of a zone; by the reader's own when none is named. */
export function moment(time: string, timeZone?: string): string {
  const at = new Date(time);
  const style = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const year = at.getFullYear() === new Date().getFullYear() ? {} : ({ year: 'numeric' } as const);
  const second = at.getSeconds() === 0 ? {} : ({ second: '2-digit' } as const);
  return new Intl.DateTimeFormat(locale(), { ...style, ...year, ...second, ...(timeZone ? { timeZone } : {}) }).format(at);
}

/** A time of a day. */
export function clockTime(hour: number, minute: number): string {
  const at = new Date(Date.UTC(2026, 0, 1, hour, minute));
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(at);
}

/** A day of the week, counted from Sunday, 0. */
export function weekday(number: number, isLong = false): string {
  const style = { weekday: isLong ? 'long' : 'short', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(locale(), style).format(new Date(Date.UTC(2026, 0, 4 + number)));
}

/** A day such as `2026-11-29`, without its year. */
export function day(date: string): string {
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' }).format(new Date(`${date}T00:00`));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "5 minutes ago", "in 2 hours"; a date when it is more than a week away. */
export function relative(time: string, now: number, isShort = false): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  if (Math.abs(seconds) > 7 * 86_400) {
    return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(time));
  }
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: isShort ? 'short' : 'long' });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return Math.abs(seconds) < 10 ? format.format(0, 'second') : format.format(seconds, 'second');
}

/** "250 ms", "3.2 s", "4 min". */
export function duration(ms: number): string {
  const unit = (value: number, name: string, digits = 0) => {
    const style = { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits } as const;
    return new Intl.NumberFormat(locale(), style).format(value);
  };
  if (ms < 1000) return unit(ms, 'millisecond');
  return ms < 60_000 ? unit(ms / 1000, 'second', 1) : unit(ms / 60_000, 'minute', 1);
}

/** "12 byte", "3.2 kB", "1.5 MB". */
export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const style = { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(), style).format(bytes / 1000 ** step);
}
