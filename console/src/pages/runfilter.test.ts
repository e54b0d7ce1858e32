import { expect, it } from 'vitest';
import type { Run } from '../api/types';
import { asked, filterOf, isExact, isTooOld, matches } from './runfilter';

const run = (more: Partial<Run>) =>
  ({ id: 'r', phase: 'succeeded', input_message: 'Pay ACME', session_id: 's', created_at: '2026-03-05T12:00:00Z', ...more }) as Run;
const filter = (query: string) => filterOf(new URLSearchParams(query));

it('asks the API as narrowly as it can, and seeks the rest in what it answers', () => {
  expect(asked(filter('status=cancelled&agent=a'))).toEqual({ status: 'failed', agent_id: 'a', session_id: '', own: '' });
  expect([matches(run({ phase: 'failed' }), filter('status=cancelled')), matches(run({ phase: 'cancelled' }), filter('status=cancelled'))]).toEqual([false, true]);
  expect(asked(filter('status=waiting_for_approval')).status).toBe('running');
  expect(['status=queued', 'agent=a&session=s&own=true', 'status=failed', 'text=x', 'from=2026-03-05'].map((one) => isExact(filter(one)))).toEqual([true, true, false, false, false]);
});

it('finds texts in any case, and days as the reader has them', () => {
  expect([matches(run({}), filter('text=acme')), matches(run({}), filter('text=bolt'))]).toEqual([true, false]);
  const at = new Date(2026, 2, 5, 23, 59).toISOString();
  const days = ['from=2026-03-05&to=2026-03-05', 'from=2026-03-06', 'to=2026-03-04'];
  expect(days.map((day) => matches(run({ created_at: at }), filter(day)))).toEqual([true, false, false]);
  expect(days.map((day) => isTooOld(run({ created_at: at }), filter(day)))).toEqual([false, true, false]);
});

it('takes what is no filter for none', () => {
  expect(matches(run({}), filter('status=nonsense&from=yesterday&to='))).toBe(true);
});
