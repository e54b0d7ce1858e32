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

export interface Provider {
  name: string;
  /** Of the worst of its models: it is asked, it is tried, or it rests. */
  state: 'closed' | 'half' | 'open';
  /** Calls under way. */
  calls: number;
  /** Models that are not asked for now. */
  resting: number;
}

const STATES = ['closed', 'half', 'open'] as const;

/** The providers of models that are configured. */
export function providersOf(found: Map<string, Sample[]>): Provider[] {
  const of = (metric: string, name: string) => valueOf(found, metric, 'provider', name);
  return (found.get('artel_llm_breaker_state') ?? []).map(({ labels: { provider: name = '' }, value }) => {
    return { name, state: STATES[value] ?? 'open', calls: of('artel_llm_in_flight', name), resting: of('artel_llm_models_not_asked', name) };
  });
}

/** The value of the sample whose label is so; 0 without one. */
export function valueOf(found: Map<string, Sample[]>, metric: string, label: string, is: string): number {
  return found.get(metric)?.find(({ labels }) => labels[label] === is)?.value ?? 0;
}
