// The arguments of a call as fields of a form. The JSON text is what counts: a field changes one member of it.
import { Exact, parseJson, writeJson, type Json } from '../text/json';

export type ArgKind = 'text' | 'number' | 'boolean' | 'json';

export interface Arg {
  name: string;
  kind: ArgKind;
  /** What its control shows. */
  text: string;
  title: string;
  hint: string;
  /** The only values that the schema allows, when they are texts. */
  options: string[];
}

interface Member {
  title?: unknown;
  description?: unknown;
  enum?: unknown;
}

/**
 * The members of the arguments; `null` for those that controls would change, or that are no object: they are edited as
 * JSON. A control takes line ends of other kinds, and what nobody can see in it cannot be read.
 */
export function argsOf(text: string, schema: unknown, isReadable: (text: string) => boolean): Arg[] | null {
  const value = read(text);
  if (!isMembers(value)) return null;
  const members = membersOf(schema);
  const args = Object.entries(value).map(([name, item]) => argOf(name, item, members[name]));
  return args.every((arg) => isReadable(arg.name) && arg.text.split('\n').every(isReadable)) ? args : null;
}

/** The text with another value of one member; `null` when what was typed is none. */
export function withArg(text: string, arg: Arg, typed: string): string | null {
  const value = read(text);
  if (!isMembers(value)) return null;
  const item = arg.kind === 'text' ? typed : read(typed.trim());
  const isNumber = typeof item === 'number' || item instanceof Exact;
  if (item === undefined || (arg.kind === 'number' && !isNumber)) return null;
  return writeJson(Object.fromEntries(Object.entries(value).map(([name, old]) => [name, name === arg.name ? item : old])));
}

function argOf(name: string, item: Json, member: Member = {}): Arg {
  const kind = kindOf(item);
  const options = Array.isArray(member.enum) && kind === 'text' ? member.enum.filter((one) => typeof one === 'string') : [];
  return {
    name,
    kind,
    text: typeof item === 'string' ? item : writeJson(item),
    title: typeof member.title === 'string' ? member.title : name,
    hint: typeof member.description === 'string' ? member.description : '',
    options: options.includes(item as string) ? options : [],
  };
}

function kindOf(item: Json): ArgKind {
  if (typeof item === 'string') return 'text';
  if (typeof item === 'boolean') return 'boolean';
  return typeof item === 'number' || item instanceof Exact ? 'number' : 'json';
}

function membersOf(schema: unknown): Record<string, Member> {
  const found = (schema as { properties?: unknown } | null | undefined)?.properties;
  return found !== null && typeof found === 'object' ? (found as Record<string, Member>) : {};
}

function isMembers(value: Json | undefined): value is { [name: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Exact);
}

function read(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
