// What a credential of a service holds, as fields of a form: made of the JSON Schema that the connector has for it.
import type { Language } from '../i18n/index.svelte';

export type SecretKind = 'line' | 'choice' | 'list' | 'pairs';

export interface SecretField {
  name: string;
  title: string;
  description: string;
  kind: SecretKind;
  options: string[];
  /** It is not shown while it is typed. */
  isSecret: boolean;
  isRequired: boolean;
  initial: string;
}

interface Member {
  type?: string;
  title?: string;
  'x-title-ru'?: string;
  description?: string;
  'x-description-ru'?: string;
  writeOnly?: boolean;
  enum?: string[];
  default?: unknown;
}
interface Schema {
  properties?: Record<string, Member>;
  required?: string[];
}

/** The fields; those that must be filled in come first. */
export function fieldsOf(schema: unknown, language: Language): SecretField[] {
  const { properties = {}, required = [] } = schema as Schema;
  const fields = Object.entries(properties).map(([name, member]) => fieldOf(name, member, required.includes(name), language));
  return fields.sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

function fieldOf(name: string, member: Member, isRequired: boolean, language: Language): SecretField {
  const isRussian = language === 'ru';
  return {
    name,
    title: (isRussian ? member['x-title-ru'] : undefined) ?? member.title ?? name,
    description: (isRussian ? member['x-description-ru'] : undefined) ?? member.description ?? '',
    kind: kindOf(member),
    options: member.enum ?? [],
    isSecret: member.writeOnly === true,
    isRequired,
    initial: typeof member.default === 'string' ? member.default : '',
  };
}

function kindOf(member: Member): SecretKind {
  if (member.enum !== undefined) return 'choice';
  if (member.type === 'object') return 'pairs';
  return member.type === 'array' ? 'list' : 'line';
}

/** What is sent: members that are left empty are left out. */
export function secretOf(fields: SecretField[], entries: Record<string, string>): Record<string, unknown> {
  const given = fields.map((field) => [field, (entries[field.name] ?? '').trim()] as const).filter(([, text]) => text !== '');
  return Object.fromEntries(given.map(([field, text]) => [field.name, valueOf(field, text)]));
}

function valueOf(field: SecretField, text: string): unknown {
  if (field.kind === 'list') return lines(text);
  if (field.kind !== 'pairs') return text;
  return Object.fromEntries(lines(text).map((line) => pairOf(line)));
}

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** `name: value`; a line without a colon is a name without a value. */
function pairOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
