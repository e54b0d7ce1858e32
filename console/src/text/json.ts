// JSON that loses nothing. `JSON.parse` turns 12345678901234567890 into 12345678901234567000: what a person approves
// would not be what is sent. A number that JavaScript cannot write as it stood becomes `Exact`.

export class Exact {
  constructor(readonly source: string) {}
}

export type Json = null | boolean | number | string | Exact | Json[] | { [name: string]: Json };

/** Where and why a text is no JSON. */
export class JsonFault extends Error {
  constructor(readonly line: number, readonly column: number) {
    super(`${line}:${column}`);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: [string, Json][] = [['null', null], ['true', true], ['false', false]];
/** Deeper texts are no arguments of a tool. */
const DEEPEST = 500;

/** Reads a JSON text; throws `JsonFault`. */
export function parseJson(text: string): Json {
  return new Reader(text).whole();
}

/** Writes a value with two spaces for each level. */
export function writeJson(value: Json, indent = ''): string {
  if (value instanceof Exact) return value.source;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = indent + '  ';
  const items = Array.isArray(value)
    ? value.map((item) => writeJson(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${writeJson(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  whole(): Json {
    const value = this.value();
    this.take(SPACE);
    if (this.at < this.text.length) throw this.fault();
    return value;
  }

  private value(): Json {
    this.take(SPACE);
    const next = this.text[this.at];
    if (next === '{') return this.members();
    if (next === '[') return this.items();
    if (next === '"') return JSON.parse(this.take(STRING)) as string;
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return number(this.take(NUMBER));
  }

  private members(): Json {
    const entries = this.list('}', () => {
      this.take(SPACE);
      const name = JSON.parse(this.take(STRING)) as string;
      this.take(SPACE);
      this.expect(':');
      return [name, this.value()] as const;
    });
    // Not an assignment: `__proto__` is a name like any other.
    return Object.fromEntries(entries);
  }

  private items(): Json {
    return this.list(']', () => this.value());
  }

  private list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    this.at += 1;
    if (++this.depth > DEEPEST) throw this.fault();
    this.take(SPACE);
    if (this.text[this.at] !== end) {
      do {
        items.push(item());
        this.take(SPACE);
      } while (this.text[this.at] === ',' && ++this.at);
    }
    this.expect(end);
    this.depth -= 1;
    return items;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) throw this.fault();
    this.at += found[0].length;
    return found[0];
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw this.fault();
    this.at += 1;
  }

  private fault(): JsonFault {
    const before = this.text.slice(0, this.at).split('\n');
    return new JsonFault(before.length, (before.at(-1)?.length ?? 0) + 1);
  }
}

function number(source: string): number | Exact {
  const value = Number(source);
  return String(value) === source ? value : new Exact(source);
}
