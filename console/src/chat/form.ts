// What is written into a form, and the values that are sent of it.
import type { FormField } from '../api/types';
import { Exact, parseJson, type Json } from '../text/json';

/** What a control holds: a text, the marked options, or whether it is marked. Of a file, the id of its artifact. */
export type Entry = string | string[] | boolean;
export type Fault = 'needed' | 'no_number';

/** What is written into forms that are not answered yet: a reader who looks at another one loses nothing. */
export const drafts = new Map<string, Entry[]>();

/** What a control holds before anybody typed. */
export function begun(field: FormField): Entry {
  const given = (field.default ?? null) as Json;
  if (field.type === 'boolean') return given === true;
  if (field.type === 'multiselect') return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
  if (given instanceof Exact) return given.source;
  return typeof given === 'string' || typeof given === 'number' ? String(given) : '';
}

/** The value that is sent; `undefined` for a field that is left out. */
export function valueOf(field: FormField, entry: Entry): Json | undefined {
  if (typeof entry === 'boolean') return entry;
  if (entry.length === 0 || (typeof entry === 'string' && entry.trim() === '')) return undefined;
  if (typeof entry !== 'string') return entry;
  if (field.type === 'number') return numberOf(entry);
  return field.type === 'file' ? { artifact_id: entry } : entry;
}

/** What is wrong with an entry, as far as it can be told without the server. */
export function faultOf(field: FormField, entry: Entry): Fault | null {
  const value = valueOf(field, entry);
  if (value !== undefined) return null;
  const isWritten = typeof entry === 'string' && entry.trim() !== '';
  if (isWritten) return 'no_number';
  return field.required === true ? 'needed' : null;
}

/** A number as it was written, with a decimal comma too. */
function numberOf(text: string): Json | undefined {
  try {
    const value = parseJson(text.trim().replace(',', '.'));
    return typeof value === 'number' || value instanceof Exact ? value : undefined;
  } catch {
    return undefined;
  }
}
