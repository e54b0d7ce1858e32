import { expect, it } from 'vitest';
import { fold, newTurn, type Call, type Turn } from './turn';

function turn(...events: [string, Record<string, unknown>][]): Turn {
  const made = newTurn('r', 'hello');
  events.forEach(([event, data], index) => fold(made, { id: index + 1, event, data }));
  return made;
}

it('puts the pieces of an answer together, and drops what a restart made void', () => {
  const made = turn(
    ['token', { delta: 'Hel' }],
    ['token', { delta: 'lo' }],
    ['message_reset', { step: 1 }],
    ['token', { delta: 'Good day' }],
    ['result', { output: 'Good day', tokens: { total_tokens: 7 } }],
  );
  expect(made.parts).toEqual([{ kind: 'text', text: 'Good day' }]);
  expect([made.state, made.tokens]).toEqual(['succeeded', 7]);
});

it('shows what is called with, also after an edit', () => {
  const asked = { approval_id: 'a', tool_call_id: 'c', name: 'pay', args: { amount: 100 }, reason: 'much' };
  const made = turn(
    ['tool_call', { tool_call_id: 'c', name: 'pay', args: { amount: 100 } }],
    ['approval', asked],
    ['approval_decided', { approval_id: 'a', tool_call_id: 'c', decision: 'edit', feedback: null, args: { amount: 1 } }],
    ['tool_result', { tool_call_id: 'c', name: 'pay', status: 'succeeded', output: { ok: true }, duration_ms: 3 }],
  );
  const call = made.parts[0] as Call;
  expect([call.args, call.status, call.question?.verdict, call.output]).toEqual([{ amount: 1 }, 'succeeded', 'edit', { ok: true }]);
});

it('shows the question of a subagent below what called it, and goes on with the answer', () => {
  const made = turn(
    ['tool_call', { tool_call_id: 'c', name: 'run_subagent', args: { tasks: [] } }],
    ['subagent_approval', { approval_id: 'a', run_id: 's', name: 'pay', args: { amount: 100 }, reason: 'much' }],
    ['token', { delta: 'Paid.' }],
  );
  const asked = { kind: 'below', approvalId: 'a', runId: 's', name: 'pay', args: { amount: 100 }, reason: 'much' };
  expect(made.parts.slice(1)).toEqual([asked, { kind: 'text', text: 'Paid.' }]);
});

it('takes each event once', () => {
  const made = turn(['token', { delta: 'a' }]);
  fold(made, { id: 1, event: 'token', data: { delta: 'a' } });
  expect(made.parts).toEqual([{ kind: 'text', text: 'a' }]);
});

it('shows an answer that came without pieces, and why a run failed', () => {
  expect(turn(['result', { output: 'done', tokens: null }]).parts).toEqual([{ kind: 'text', text: 'done' }]);
  expect(turn(['error', { error: 'cancelled', code: 'cancelled' }])).toMatchObject({ state: 'failed', error: 'cancelled' });
});

it('shows what a form asks for, and what became of it', () => {
  const field = { name: 'city', label: 'City', type: 'text', required: true };
  const before = [
    ['tool_call', { tool_call_id: 'c', name: 'request_form', args: {} }],
    ['form_requested', { form_id: 'c', title: 'Delivery', description: null, fields: [field], connect: null, expires_at: null }],
  ] as [string, Record<string, unknown>][];
  const form = (made: Turn) => (made.parts[0] as Call).form;
  expect(form(turn(...before))).toMatchObject({ id: 'c', title: 'Delivery', fields: [field], status: 'pending' });
  const values = { city: 'Kazan' };
  const answered = turn(...before, ['form_answered', { form_id: 'c', submitted: true, values, reason: null }]);
  expect(form(answered)).toMatchObject({ status: 'answered', values });
  const declined = turn(...before, ['form_answered', { form_id: 'c', submitted: false, values: null, reason: 'not mine', answered_by: 'ada' }]);
  expect([form(declined), declined.parts.length]).toMatchObject([{ status: 'declined', reason: 'not mine' }, 1]);
  const expired = turn(...before, ['form_answered', { form_id: 'c', submitted: false, values: null, answered_by: null }]);
  expect(form(expired)).toMatchObject({ status: 'expired' });
});
