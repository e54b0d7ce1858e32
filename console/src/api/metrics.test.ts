import { expect, it } from 'vitest';
import { parseMetrics } from './metrics';

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
