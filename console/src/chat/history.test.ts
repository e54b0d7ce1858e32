import { expect, it } from 'vitest';
import type { Message, Run } from '../api/types';
import { turnsOf } from './history';

const A = '0197a1b2-0000-7000-8000-000000000001';
const message = (more: object) => ({ run_id: 'r', seq: 1, created_at: '', content: '', ...more }) as Message;
const run = (more: object) => ({ id: 'r', status: 'succeeded', input_message: '', total_tokens: 7, ...more }) as Run;

it('makes a turn of what a run said, with the files of its message', () => {
  const asked = message({ role: 'user', content: `Read this\n\nAttached files:\n- a (text/plain, 3 bytes): artifact_id ${A}` });
  const called = message({ role: 'assistant', tool_calls: [{ id: 'c', name: 'pay', args: { to: 'a' } }] });
  const told = message({ role: 'tool', tool_call_id: 'c', status: 'succeeded', content: `{"artifact_id": "${A}"}` });
  const edited = { name: 'pay', tool_call_id: 'c', args: { to: 'b' }, status: 'succeeded' };
  const [turn] = turnsOf([asked, called, told, message({ role: 'assistant', content: 'Done' })], [run({ tools_called: [edited] })]);
  expect(turn).toMatchObject({ input: 'Read this', files: [{ id: A, title: 'a' }], state: 'succeeded', tokens: 7 });
  expect(turn?.parts).toMatchObject([
    { kind: 'call', args: { to: 'b' }, status: 'succeeded', output: { artifact_id: A } },
    { kind: 'text', text: 'Done' },
  ]);
});

it('leaves a run that is under way to its events', () => {
  const open = run({ status: 'running', input_message: 'Go on' });
  const turns = turnsOf([message({ role: 'assistant', content: 'half' })], [open]);
  expect(turns).toMatchObject([{ input: 'Go on', parts: [], state: 'running' }]);
});
