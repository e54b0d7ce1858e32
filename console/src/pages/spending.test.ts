import { expect, it } from 'vitest';
import type { Run } from '../api/types';
import { csv, sums } from './spending';

const run = (agent_id: string, created: Date, total_tokens: number | null, phase = 'succeeded') =>
  ({ agent_id, created_at: created.toISOString(), total_tokens, prompt_tokens: total_tokens, completion_tokens: 0, phase }) as Run;

it('sums what runs used by agent and by day', () => {
  const now = new Date(2026, 10, 29, 12);
  const runs = [run('a', now, 5), run('b', new Date(2026, 10, 28, 23, 59), 40, 'failed'), run('a', new Date(2026, 10, 28), null)];
  const { byAgent, byDay } = sums(runs, 3, now);
  expect(byAgent.map(([id, spent]) => [id, spent.runs, spent.failed, spent.total])).toEqual([
    ['b', 1, 1, 40],
    ['a', 2, 0, 5],
  ]);
  expect(byDay.map(([day, spent]) => [day, spent.runs, spent.total])).toEqual([
    ['2026-11-27', 0, 0],
    ['2026-11-28', 2, 40],
    ['2026-11-29', 1, 5],
  ]);
});

it('writes a table that no spreadsheet takes for formulas', () => {
  expect(csv([['=1+1', 'a "b"'], [3, -4]])).toBe('"\'=1+1","a ""b"""\r\n3,-4');
});
