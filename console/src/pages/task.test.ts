import { expect, it } from 'vitest';
import type { Task } from '../api/types';
import { changesOf, draftOf, termsOf } from './task';

const task = (more: Partial<Task>): Task => ({
  task_id: 't',
  title: 'Report',
  prompt: 'Write it.',
  agent_id: 'a',
  budget: {},
  state: 'active',
  created_by: 'u',
  created_at: '2026-11-30T09:00:00Z',
  ...more,
});

it('sends of a task that is opened and saved nothing at all', () => {
  const schedules = [
    { schedule: { cron: '0 9 * * 1', timezone: 'Europe/Moscow', overlap: 'queue', misfire: 'skip' } },
    // It has come; a form has no seconds.
    { schedule: { at: '2020-01-01T09:00:07.5Z', overlap: 'skip', misfire: 'run_once' }, state: 'done' },
    { trigger: { service: 'ozon', type: 'TYPE_NEW_POSTING' } },
    { parent_id: 'p', budget: { run_tokens: 1000, run_cost_usd: 0.5 } },
    { state: 'paused' },
  ] as Partial<Task>[];
  for (const more of schedules) {
    const draft = draftOf(task(more), 'UTC');
    expect(changesOf(draft, { ...draft })).toEqual({});
  }
});

it('sends what is changed, and takes away what is no longer said', () => {
  const schedule = { cron: '0 9 * * 1', timezone: 'UTC', overlap: 'skip', misfire: 'run_once' } as const;
  const before = draftOf(task({ schedule, budget: { run_tokens: 1000 } }), 'UTC');
  expect(changesOf(before, { ...before, title: ' News ', tokens: null })).toEqual({ title: 'News', budget: null });
  expect(changesOf(before, { ...before, start: 'hand' })).toEqual({ schedule: null });
  const event = { start: 'event', service: 'ozon', type: 'x' } as const;
  expect(changesOf(before, { ...before, ...event })).toEqual({ schedule: null, trigger: { service: 'ozon', type: 'x' } });
  const both = { ...before, hasEvent: true, service: 'ozon', type: 'x' };
  expect(changesOf(before, both)).toEqual({ trigger: { service: 'ozon', type: 'x' } });
  expect(changesOf(both, { ...both, start: 'hand' })).toEqual({ schedule: null, trigger: null });
});

it('reads a moment by the clock of the reader', () => {
  const draft = { ...draftOf(null, 'Europe/Moscow'), start: 'once' as const, at: '2026-12-01T09:30' };
  expect(termsOf(draft).schedule).toEqual({ at: new Date(2026, 11, 1, 9, 30).toISOString(), overlap: 'skip', misfire: 'run_once' });
  expect(draftOf(task({ schedule: termsOf(draft).schedule as never }), 'UTC').at).toBe('2026-12-01T09:30');
});

it('makes a task that follows another one without times and events', () => {
  const draft = { ...draftOf(null, 'UTC', 'p'), title: 'Send it', prompt: 'Send', hasEvent: true, service: 'ozon', type: 'x' };
  expect(termsOf(draft)).toEqual({ title: 'Send it', prompt: 'Send', parent_id: 'p', schedule: null, trigger: null, budget: null, enabled: true });
});
