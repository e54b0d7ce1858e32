// A message that an agent drafted, as the file says it.
import type { Json } from '../text/json';

export interface Variant {
  label: string;
  /** Empty when there is none. */
  subject: string;
  text: string;
}

export interface Drafted {
  channel: string;
  variants: Variant[];
}

/** The draft; variants that are none are left out, and `null` stands for a file that is no draft. */
export function draftOf(file: Json): Drafted | null {
  const { channel, variants } = members(file);
  const found = (Array.isArray(variants) ? variants : []).map(variantOf).filter((one) => one.text !== '');
  return found.length === 0 ? null : { channel: text(channel), variants: found };
}

function variantOf(item: Json): Variant {
  const { label, subject, text: said } = members(item);
  return { label: text(label), subject: text(subject), text: text(said) };
}

function members(value: Json): Record<string, Json | undefined> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, Json>) : {};
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
