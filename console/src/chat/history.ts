// What was said in a dialogue before, as turns.
import type { Message, Run, ToolCall } from '../api/types';
import { parseJson, type Json } from '../text/json';
import { split } from './attached';
import { newCall, newTurn, type Call, type CallStatus, type Turn } from './turn';

/** The turns of a dialogue. Runs under way are left empty: their events tell all. */
export function turnsOf(messages: Message[], runs: Run[]): Turn[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const turns = new Map<string, Turn>();
  const turnOf = (id: string) => {
    const known = turns.get(id) ?? newTurn(id, byId.get(id)?.input_message ?? '');
    turns.set(id, known);
    return known;
  };
  for (const message of messages) {
    const turn = turnOf(message.run_id);
    if (message.role === 'user') Object.assign(turn, split(message.content));
    else if (!isUnderWay(byId.get(message.run_id))) add(turn, message);
  }
  for (const run of runs.toReversed()) {
    // Where a finished run that said nothing belongs is not known.
    const turn = isUnderWay(run) ? turnOf(run.id) : turns.get(run.id);
    if (turn === undefined || isUnderWay(run)) continue;
    for (const called of run.tools_called ?? []) putArgs(turn, called);
    turn.state = run.status === 'failed' ? 'failed' : 'succeeded';
    turn.error = run.error_message ?? null;
    turn.tokens = run.total_tokens ?? null;
  }
  for (const turn of turns.values()) if (!byId.has(turn.runId)) turn.state = 'succeeded';
  return [...turns.values()];
}

export function isUnderWay(run: Run | undefined): boolean {
  return run?.status === 'queued' || run?.status === 'running';
}

function add(turn: Turn, message: Message): void {
  if (message.role === 'assistant') {
    if (message.content !== '') turn.parts.push({ kind: 'text', text: message.content });
    for (const call of message.tool_calls ?? []) turn.parts.push(newCall(call.id, call.name, call.args as Json));
    return;
  }
  const found = turn.parts.find((part): part is Call => part.kind === 'call' && part.id === message.tool_call_id);
  if (found === undefined) return;
  found.status = (message.status ?? 'unknown') as CallStatus;
  if (found.status === 'succeeded') found.output = parsed(message.content);
  else found.error = message.content;
}

/** What was called, which a human may have edited; the message has what the model wanted. */
function putArgs(turn: Turn, called: ToolCall): void {
  const found = turn.parts.find((part): part is Call => part.kind === 'call' && part.id === called.tool_call_id);
  if (found !== undefined) found.args = called.args as Json;
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
