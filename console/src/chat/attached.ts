// Files that go with a message. The server writes them below it, for the model; a person sees them as files.

export interface Attached {
  id: string;
  title: string;
}

const HEAD = '\n\nAttached files:\n';
const LINE = /^- (.+) \([^()]*, \d+ bytes\): artifact_id ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A message without its files, and the files. A text that only looks like it stays as it is. */
export function split(message: string): { input: string; files: Attached[] } {
  const at = message.lastIndexOf(HEAD);
  if (at < 0) return { input: message, files: [] };
  const found = message.slice(at + HEAD.length).split('\n').map((line) => LINE.exec(line));
  if (found.some((match) => match === null)) return { input: message, files: [] };
  const files = found.map((match) => ({ id: match?.[2] ?? '', title: match?.[1] ?? '' }));
  return { input: message.slice(0, at), files };
}

/** As many files of one answer are shown. */
const MOST = 20;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The files that a tool's answer names, each once: members `artifact_id`, however deep. */
export function filesOf(value: unknown): string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found].slice(0, MOST);
}

function collect(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  for (const [name, item] of Object.entries(value)) {
    if (name === 'artifact_id' && typeof item === 'string' && ID.test(item)) found.add(item);
    else collect(item, found);
  }
}
