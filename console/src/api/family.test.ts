import { expect, it } from 'vitest';
import { finished } from './family';
import type { RunEvents } from './types';

type Events = RunEvents['events'];

it('reads of a finished call what its subagents were asked, and what became of them', () => {
  const tasks = [{ kind: 'explore', goal: 'Look' }, { kind: 'verify', goal: 'Check' }];
  const usage = { prompt_tokens: 5, completion_tokens: 2, cached_tokens: 4, reasoning_tokens: 1 };
  const results = [
    { status: 'succeeded', output: 'seen', run_id: 'a', files: [], usage },
    { status: 'failed', output: null, run_id: 'b', files: [], usage: null, error: 'the budget is used up' },
  ];
  const events = [
    { event: 'tool_call', data: { tool_call_id: 'c', name: 'run_subagent', args: { tasks } } },
    { event: 'tool_result', data: { tool_call_id: 'd', name: 'other', output: { results: [{ run_id: 'x' }] } } },
    { event: 'tool_result', data: { tool_call_id: 'c', name: 'run_subagent', status: 'succeeded', output: { results } } },
  ] as unknown as Events;
  expect(finished(events)).toEqual([
    { runId: 'a', goal: 'Look', kind: 'explore', phase: 'succeeded', tokens: 7, error: null, under: [] },
    { runId: 'b', goal: 'Check', kind: 'verify', phase: 'failed', tokens: null, error: 'the budget is used up', under: [] },
  ]);
});

it('makes nothing of a call that failed as a whole', () => {
  const events = [{ event: 'tool_result', data: { tool_call_id: 'c', name: 'run_subagent', status: 'failed', output: null } }];
  expect(finished(events as unknown as Events)).toEqual([]);
});
