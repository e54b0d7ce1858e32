// The events of a run as they come. A stream that breaks off is resumed after the last event that came, so none is lost
// or seen twice.
import { parseJson } from '../text/json';
import { Problem, send } from './client';

export interface StreamEvent {
  id: number;
  event: string;
  data: Record<string, unknown>;
}

export interface Follower {
  /** Events that came together. */
  events(batch: StreamEvent[]): void;
  /** Whether the server is being reached. */
  connected(isConnected: boolean): void;
  /** No more will come: the run is over, or the reader may not read on. */
  ended(problem: Problem | null): void;
}

const LAST = new Set(['result', 'error']);
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** The server says something every 15 seconds, if only that it is there: a connection that is silent longer is gone. */
const LONGEST_SILENCE = 60_000;

/** Follows a run from after the event `after` until its end or until the signal aborts. */
export async function follow(runId: string, after: number, follower: Follower, signal: AbortSignal): Promise<void> {
  let pause = SHORTEST_PAUSE;
  while (!signal.aborted) {
    const watch = new Watch();
    try {
      const response = await send('GET', `/v1/runs/${runId}/events`, {
        headers: { Accept: 'text/event-stream', 'Last-Event-ID': String(after) },
        signal: AbortSignal.any([signal, watch.signal]),
      });
      if (response.status === 204 || response.body === null) return follower.ended(null);
      follower.connected(true);
      for await (const batch of batches(response.body, watch)) {
        pause = SHORTEST_PAUSE;
        after = batch.reduce((last, event) => Math.max(last, event.id), after);
        follower.events(batch);
        if (batch.some((event) => LAST.has(event.event))) return follower.ended(null);
      }
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof Problem && isFinal(cause)) return follower.ended(cause);
    } finally {
      watch.end();
    }
    follower.connected(false);
    await rest(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** Ends a connection that says nothing for too long. */
class Watch {
  private readonly ending = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.heard();
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ending.abort(), LONGEST_SILENCE);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** Asking again would be answered in the same way. */
function isFinal(problem: Problem): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 429 && problem.status !== 408;
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    const wake = () => {
      clearTimeout(timer);
      done();
    };
    signal.addEventListener('abort', wake, { once: true });
    addEventListener('online', wake, { once: true });
  });
}

async function* batches(body: ReadableStream<Uint8Array>, watch: Watch): AsyncGenerator<StreamEvent[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      watch.heard();
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      const events = blocks.map(parseEvent).filter((event) => event !== null);
      if (events.length > 0) yield events;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** One block of lines; `null` for comments and for what has no number. */
export function parseEvent(block: string): StreamEvent | null {
  const members: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    members[name] = name in members ? `${members[name]}\n${value}` : value;
  }
  if (members.event === undefined || members.id === undefined) return null;
  const data = parseJson(members.data ?? '{}') as Record<string, unknown>;
  return { id: Number(members.id), event: members.event, data };
}
