// A dialogue with an agent: what was said, and what is being said.
import { Once, Problem, getExact, post } from '../api/client';
import { follow, type StreamEvent } from '../api/events';
import type { Message, Run, StartedTurn, ToolCall } from '../api/types';
import { asProblem } from '../resource.svelte';
import { parseJson, type Json } from '../text/json';
import { split, type Attached } from './attached';
import { fold, newCall, newTurn, type Call, type CallStatus, type Turn } from './turn';

/** The page is drawn this often while an answer comes, however many pieces come. */
const DRAW_EVERY_MS = 50;
const TRIES = 3;

/** What is said, and how. */
export interface Saying {
  agentId: string;
  input: string;
  files: Attached[];
  /** A turn of a dialogue that the server keeps a list of; else a run of a session. */
  isDialogue: boolean;
  draft?: boolean | undefined;
}

export class Talk {
  /** Empty until a new dialogue has begun. */
  sessionId = $state('');
  turns = $state<Turn[]>([]);
  isConnected = $state(true);
  isLoading = $state(false);
  isSending = $state(false);
  problem = $state.raw<Problem | null>(null);
  private readonly ending = new AbortController();
  /** A text that is sent again after a failure is the same message. */
  private readonly once = new Once();

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  get current(): Turn | null {
    return this.turns.find((turn) => turn.state === 'running') ?? null;
  }

  /** What was said before. A dialogue that nobody began is empty. */
  async load(): Promise<void> {
    this.isLoading = true;
    try {
      const path = `/v1/sessions/${encodeURIComponent(this.sessionId)}/messages`;
      const signal = this.ending.signal;
      const [messages, runs] = await Promise.all([
        getExact<Message[]>(path, { signal }),
        getExact<Run[]>('/v1/runs', { query: { session_id: this.sessionId, limit: 100 }, signal }),
      ]);
      this.turns = turnsOf(messages, runs);
      for (const run of runs.filter((run) => run.status === 'queued' || run.status === 'running')) this.follow(run.id);
    } catch (cause) {
      if (!this.ending.signal.aborted && asProblem(cause).status !== 404) this.problem = asProblem(cause);
    } finally {
      this.isLoading = false;
    }
  }

  /** Starts a run; false when the server refused it. */
  async send(saying: Saying): Promise<boolean> {
    this.problem = null;
    this.isSending = true;
    try {
      const runId = await this.start(saying);
      this.turns.push({ ...newTurn(runId, ''), input: saying.input, files: saying.files });
      this.follow(runId);
      return true;
    } catch (cause) {
      this.problem = asProblem(cause);
      return false;
    } finally {
      this.isSending = false;
    }
  }

  async stop(): Promise<void> {
    const turn = this.current;
    if (turn === null) return;
    try {
      await post(`/v1/runs/${turn.runId}/cancel`);
    } catch (cause) {
      this.problem = asProblem(cause);
    }
  }

  /** Ends what listens. The runs go on. */
  leave(): void {
    this.ending.abort();
  }

  /** It is one run, however often the connection breaks. */
  private async start(saying: Saying): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await (saying.isDialogue ? this.startTurn(saying) : this.startRun(saying));
      } catch (cause) {
        if (!asProblem(cause).isOffline || attempt === TRIES) throw cause;
        await new Promise((done) => setTimeout(done, attempt * 1000));
      }
    }
  }

  private async startTurn({ agentId, input, files }: Saying): Promise<string> {
    const body = {
      agent_id: agentId,
      message: input,
      ...(this.sessionId === '' ? {} : { session_id: this.sessionId }),
      ...(files.length === 0 ? {} : { attachments: files.map((file) => ({ artifact_id: file.id })) }),
    };
    const begun = await this.once.post<StartedTurn>('/v1/sessions/stream', body);
    this.sessionId = begun.session_id;
    return begun.run_id;
  }

  private async startRun({ agentId, input, draft }: Saying): Promise<string> {
    const body = {
      agent_id: agentId,
      input_message: input,
      session_id: this.sessionId,
      visibility: 'private',
      ...(draft === undefined ? {} : { draft }),
    };
    return (await this.once.post<Run>('/v1/runs', body, { query: { wait: 'false' } })).id;
  }

  private follow(runId: string): void {
    const turn = this.turns.find((known) => known.runId === runId);
    if (turn === undefined) return;
    let waiting: StreamEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      for (const event of waiting) fold(turn, event);
      waiting = [];
    };
    const follower = {
      events: (batch: StreamEvent[]) => {
        waiting.push(...batch);
        timer ??= setTimeout(draw, DRAW_EVERY_MS);
      },
      connected: (isConnected: boolean) => (this.isConnected = isConnected),
      ended: (problem: Problem | null) => {
        clearTimeout(timer);
        draw();
        if (problem !== null) this.problem = problem;
        if (turn.state === 'running') turn.state = 'failed';
      },
    };
    void follow(runId, 0, follower, this.ending.signal);
  }
}

/** The turns of a dialogue. Runs under way are left empty: their events tell all. */
function turnsOf(messages: Message[], runs: Run[]): Turn[] {
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

function isUnderWay(run: Run | undefined): boolean {
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
