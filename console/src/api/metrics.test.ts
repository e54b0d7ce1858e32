import { expect, it } from 'vitest';
import { parseMetrics, providersOf, valueOf } from './metrics';

it('reads names, labels and values, and leaves out what is said about them', () => {
  const text = '# HELP a b\n# TYPE a gauge\na{provider="x\\"y",phase="queued"} 2\na{provider="z"} 0.5 1700000000\nup 1\n\n';
  const found = parseMetrics(text);
  expect([...found.keys()]).toEqual(['a', 'up']);
  expect(found.get('a')).toEqual([
    { labels: { provider: 'x"y', phase: 'queued' }, value: 2 },
    { labels: { provider: 'z' }, value: 0.5 },
  ]);
  expect(found.get('up')).toEqual([{ labels: {}, value: 1 }]);
});

it('knows the providers, and the worst of each', () => {
  const found = parseMetrics('artel_llm_breaker_state{provider="a"} 0\nartel_llm_breaker_state{provider="b"} 2\nartel_llm_in_flight{provider="a"} 3\nartel_llm_models_not_asked{provider="b"} 1\n');
  expect(providersOf(found)).toEqual([
    { name: 'a', state: 'closed', calls: 3, resting: 0 },
    { name: 'b', state: 'open', calls: 0, resting: 1 },
  ]);
  expect(valueOf(found, 'nothing', 'provider', 'a')).toBe(0);
});
