// A run as a person reads it: what was asked, what the model said, and what it called. Made of the run's events, by a
// function without side effects outside of the turn.
import { TOOL } from '../api/family';
import type { StreamEvent } from '../api/events';
import type { FormField } from '../api/types';
import type { Json } from '../text/json';
import { split, type Attached } from './attached';

export type CallStatus = 'planned' | 'awaiting_approval' | 'dispatched' | 'succeeded' | 'failed' | 'unknown';
export type Verdict = 'pending' | 'approve' | 'edit' | 'reject' | 'expire';

export interface Question {
  id: string;
  reason: string;
  verdict: Verdict;
  feedback: string | null;
}

/** What a call asks a person to fill in, and what became of it. */
export interface Asked {
  id: string;
  title: string;
  description: string | null;
  fields: FormField[];
  /** The service that the person is asked to connect. */
  connect: string | null;
  expiresAt: string | null;
  status: 'pending' | 'answered' | 'declined' | 'expired';
  values: Json;
  reason: string | null;
}

export interface Call {
  kind: 'call';
  id: string;
  name: string;
  args: Json;
  status: CallStatus;
  output: Json | undefined;
  error: string | null;
  durationMs: number | null;
  question: Question | null;
  form: Asked | null;
}

export interface Said {
  kind: 'text';
  text: string;
}

export interface Cut {
  kind: 'cut';
  reason: string;
}

/** A subagent asks about a call of its own: below this run. */
export interface Below {
  kind: 'below';
  approvalId: string;
  /** The subagent. */
  runId: string;
  name: string;
  args: Json;
  reason: string;
}

export type Part = Said | Call | Cut | Below;

export interface Turn {
  runId: string;
  input: string;
  /** What goes with the input. */
  files: Attached[];
  parts: Part[];
  state: 'running' | 'succeeded' | 'failed';
  error: string | null;
  tokens: number | null;
  lastEvent: number;
}

/** A turn of a message, as the server keeps it: with its files below it. */
export function newTurn(runId: string, message: string): Turn {
  return { runId, ...split(message), parts: [], state: 'running', error: null, tokens: null, lastEvent: 0 };
}

export function newCall(id: string, name: string, args: Json): Call {
  return { kind: 'call', id, name, args, status: 'planned', output: undefined, error: null, durationMs: null, question: null, form: null };
}

/** Puts an event into the turn. One that the turn knows already changes nothing. */
export function fold(turn: Turn, { id, event, data }: StreamEvent): void {
  if (id <= turn.lastEvent) return;
  turn.lastEvent = id;
  APPLY[event]?.(turn, data);
}

type Data = StreamEvent['data'];

const APPLY: Record<string, (turn: Turn, data: Data) => void> = {
  token: (turn, data) => say(turn, text(data.delta)),
  message_reset: (turn) => {
    while (turn.parts.at(-1)?.kind === 'text') turn.parts.pop();
  },
  message_cut: (turn, data) => void turn.parts.push({ kind: 'cut', reason: text(data.finish_reason) }),
  tool_call: (turn, data) => void call(turn, data),
  tool_result: (turn, data) => {
    const found = call(turn, data);
    found.status = text(data.status) as CallStatus;
    found.output = data.output as Json | undefined;
    found.error = data.error === undefined ? null : text(data.error);
    // Subagents take the time that a call of them itself does not.
    found.durationMs = typeof data.duration_ms === 'number' && found.name !== TOOL ? data.duration_ms : null;
  },
  approval: (turn, data) => {
    const found = call(turn, data);
    found.args = data.args as Json;
    found.status = 'awaiting_approval';
    found.question = { id: text(data.approval_id), reason: text(data.reason), verdict: 'pending', feedback: null };
  },
  approval_decided: (turn, data) => {
    const found = call(turn, data);
    if (data.args !== undefined) found.args = data.args as Json;
    if (found.question === null) return;
    found.question.verdict = text(data.decision) as Verdict;
    found.question.feedback = data.feedback === null ? null : text(data.feedback);
    if (found.status === 'awaiting_approval') found.status = 'planned';
  },
  subagent_approval: (turn, data) =>
    void turn.parts.push({
      kind: 'below',
      approvalId: text(data.approval_id),
      runId: text(data.run_id),
      name: text(data.name),
      args: (data.args ?? {}) as Json,
      reason: text(data.reason),
    }),
  form_requested: (turn, data) => {
    call(turn, { tool_call_id: data.form_id }).form = asked(data);
  },
  form_answered: (turn, data) => {
    const { form } = call(turn, { tool_call_id: data.form_id });
    if (form === null) return;
    form.status = data.submitted === true ? 'answered' : data.answered_by ? 'declined' : 'expired';
    form.values = (data.values ?? null) as Json;
    form.reason = text(data.reason) || null;
  },
  result: (turn, data) => {
    const output = text(data.output);
    if (output !== '' && turn.parts.at(-1)?.kind !== 'text') say(turn, output);
    const tokens = (data.tokens as { total_tokens?: unknown } | null)?.total_tokens;
    turn.tokens = typeof tokens === 'number' ? tokens : null;
    turn.state = 'succeeded';
  },
  error: (turn, data) => {
    turn.error = text(data.error);
    turn.state = 'failed';
  },
};

function say(turn: Turn, more: string): void {
  const last = turn.parts.at(-1);
  if (last?.kind === 'text') last.text += more;
  else turn.parts.push({ kind: 'text', text: more });
}

/** The call that the event is about; a call that the reader did not see planned is added. */
function call(turn: Turn, data: Data): Call {
  const id = text(data.tool_call_id);
  const known = turn.parts.find((part): part is Call => part.kind === 'call' && part.id === id);
  if (known) return known;
  turn.parts.push(newCall(id, text(data.name), (data.args ?? {}) as Json));
  // As the turn keeps it: a proxy when the turn is one.
  return turn.parts.at(-1) as Call;
}

function asked(data: Data): Asked {
  return {
    id: text(data.form_id),
    title: text(data.title),
    description: text(data.description) || null,
    fields: Array.isArray(data.fields) ? (data.fields as FormField[]) : [],
    connect: text(data.connect) || null,
    expiresAt: text(data.expires_at) || null,
    status: 'pending',
    values: null,
    reason: null,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
