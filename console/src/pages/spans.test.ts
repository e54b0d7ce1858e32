import { expect, it } from 'vitest';
import type { RunEvent } from '../api/types';
import { spansOf } from './spans';

const START = Date.parse('2026-01-01T00:00:00Z');
const event = (ms: number, name: string, data: object = {}): RunEvent =>
  ({ id: ms + 1, event: name, data, created_at: new Date(START + ms).toISOString() }) as RunEvent;
const short = (events: RunEvent[], now = START) =>
  spansOf(events, now).map((span) => [span.kind, span.name, span.from, span.ms, span.firstMs, span.isOpen]);

it('tells the time of the model from that of tools and of people', () => {
  const events = [
    event(0, 'start'),
    event(300, 'token', { delta: 'Let me ' }),
    event(500, 'tool_call', { tool_call_id: 'a', name: 'pay' }),
    event(510, 'approval', { approval_id: 'x', tool_call_id: 'a', name: 'pay' }),
    event(9510, 'approval_decided', { approval_id: 'x', tool_call_id: 'a' }),
    event(9600, 'tool_result', { tool_call_id: 'a', name: 'pay', duration_ms: 80 }),
    event(9900, 'token', { delta: 'It is ' }),
    event(10_000, 'result', { output: 'It is paid.' }),
  ];
  expect(short(events)).toEqual([
    ['model', '', 0, 500, 300, false],
    ['approval', 'pay', 510, 9000, null, false],
    ['call', 'pay', 9520, 80, null, false],
    ['model', '', 9600, 400, 300, false],
  ]);
});

it('counts what subagents take as the time of their call', () => {
  const events = [
    event(0, 'start'),
    event(10, 'tool_call', { tool_call_id: 'a', name: 'run_subagent' }),
    event(5000, 'tool_result', { tool_call_id: 'a', name: 'run_subagent', duration_ms: 0 }),
    event(5000, 'result', { output: '' }),
  ];
  expect(short(events)[1]).toEqual(['call', 'run_subagent', 10, 4990, null, false]);
});

it('lets what is not over last until now, and asks no model after the end', () => {
  expect(short([event(0, 'start')], START + 2000)).toEqual([['model', '', 0, 2000, null, true]]);
  const events = [event(0, 'start'), event(5, 'tool_call', { tool_call_id: 'a', name: 'exit' }), event(6, 'tool_result', { tool_call_id: 'a' }), event(6, 'result')];
  expect(short(events)).toEqual([
    ['model', '', 0, 5, null, false],
    ['call', 'exit', 5, 1, null, false],
  ]);
});

it('asks the model again only when all calls of its answer are over', () => {
  const events = [
    event(0, 'start'),
    event(10, 'tool_call', { tool_call_id: 'a', name: 'one' }),
    event(11, 'tool_call', { tool_call_id: 'b', name: 'two' }),
    event(20, 'tool_result', { tool_call_id: 'b' }),
    event(40, 'tool_result', { tool_call_id: 'a' }),
    event(50, 'error', { error: 'no' }),
  ];
  expect(short(events)).toEqual([
    ['model', '', 0, 10, null, false],
    ['call', 'one', 10, 30, null, false],
    ['call', 'two', 11, 9, null, false],
    ['model', '', 40, 10, null, false],
  ]);
});
