// Numbers of a process, as Prometheus reads them.
import { send } from './client';

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** What the process that answers says of itself, by the names of metrics. */
export async function metrics(signal: AbortSignal): Promise<Map<string, Sample[]>> {
  const response = await send('GET', '/metrics', { headers: { Accept: 'text/plain' }, signal });
  return parseMetrics(await response.text());
}

export function parseMetrics(text: string): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', written = '']) => [label, written.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one))]);
    found.set(name, [...(found.get(name) ?? []), { labels: Object.fromEntries(pairs), value: Number(value) }]);
  }
  return found;
}
