// A dialogue with an agent: what was said, and what is being said.
import { Once, Problem, getExact, post } from '../api/client';
import { follow, type StreamEvent } from '../api/events';
import type { Message, Run, StartedTurn } from '../api/types';
import { asProblem, PATIENCE_MS } from '../resource.svelte';
import type { Attached } from './attached';
import { isUnderWay, turnsOf } from './history';
import { fold, newTurn, type Turn } from './turn';

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
  /** What was said before could not be read. */
  isLost = $state(false);
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
    [this.isLoading, this.isLost, this.problem] = [true, false, null];
    try {
      const path = `/v1/sessions/${encodeURIComponent(this.sessionId)}/messages`;
      const signal = AbortSignal.any([this.ending.signal, AbortSignal.timeout(PATIENCE_MS)]);
      const [messages, runs] = await Promise.all([
        getExact<Message[]>(path, { signal }),
        getExact<Run[]>('/v1/runs', { query: { session_id: this.sessionId, limit: 100 }, signal }),
      ]);
      this.turns = turnsOf(messages, runs);
      for (const run of runs.filter(isUnderWay)) this.follow(run.id);
    } catch (cause) {
      if (this.ending.signal.aborted || asProblem(cause).status === 404) return;
      [this.problem, this.isLost] = [asProblem(cause), true];
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
