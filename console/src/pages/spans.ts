// Where the time of a run went: answers of the model, calls of tools, and waiting for people. Made of the run's events.
import { TOOL } from '../api/family';
import type { RunEvent } from '../api/types';

export type SpanKind = 'model' | 'call' | 'approval' | 'form';

export interface Span {
  kind: SpanKind;
  /** The tool's name, or the title of a form; empty for the model. */
  name: string;
  /** Milliseconds after the run's first event. */
  from: number;
  ms: number;
  /** Until the first piece of an answer came. */
  firstMs: number | null;
  /** It is not over. */
  isOpen: boolean;
}

/** The spans in the order in which they began. What is not over lasts until `now`. */
export function spansOf(events: RunEvent[], now: number): Span[] {
  const reader = new Reader(events[0] === undefined ? now : at(events[0]));
  for (const event of events) reader.read(event);
  return reader.spans(now);
}

const at = (event: RunEvent) => Date.parse(event.created_at);
const text = (value: unknown) => (typeof value === 'string' ? value : '');

class Reader {
  private readonly closed: Span[] = [];
  private readonly open = new Map<string, Span>();

  constructor(private readonly start: number) {
    this.begin('model', 'model', '', start);
  }

  read(event: RunEvent): void {
    const [time, data] = [at(event), event.data as Record<string, unknown>];
    const [call, approval, form] = [`call ${text(data.tool_call_id)}`, `approval ${text(data.approval_id)}`, `form ${text(data.form_id)}`];
    if (event.event === 'token') this.sayFirst(time);
    else if (event.event === 'message_reset') this.askModel(time);
    else if (event.event === 'tool_call') {
      this.end('model', time);
      this.begin(call, 'call', text(data.name), time);
    } else if (event.event === 'tool_result') {
      // Subagents work between the call and its result: what the call itself took says nothing of that.
      const isOwn = typeof data.duration_ms === 'number' && data.name !== TOOL;
      this.end(call, time, isOwn ? (data.duration_ms as number) : undefined);
      if (![...this.open.keys()].some((key) => key.startsWith('call '))) this.askModel(time);
    } else if (event.event === 'approval') this.begin(approval, 'approval', text(data.name), time);
    else if (event.event === 'approval_decided') this.end(approval, time);
    else if (event.event === 'form_requested') this.begin(form, 'form', text(data.title), time);
    else if (event.event === 'form_answered') this.end(form, time);
    else if (event.event === 'result' || event.event === 'error') for (const key of [...this.open.keys()]) this.end(key, time);
  }

  spans(now: number): Span[] {
    const open = [...this.open.values()].map((span) => ({ ...span, ms: Math.max(0, now - this.start - span.from), isOpen: true }));
    // A model that is asked in the very moment in which the run ends was not asked.
    const said = this.closed.filter((span) => span.kind !== 'model' || span.ms > 0 || span.firstMs !== null);
    return [...said, ...open].sort((a, b) => a.from - b.from);
  }

  private askModel(time: number): void {
    this.end('model', time);
    this.begin('model', 'model', '', time);
  }

  private sayFirst(time: number): void {
    const span = this.open.get('model');
    if (span !== undefined) span.firstMs ??= time - this.start - span.from;
  }

  private begin(key: string, kind: SpanKind, name: string, time: number): void {
    this.open.set(key, { kind, name, from: time - this.start, ms: 0, firstMs: null, isOpen: false });
  }

  /** A call knows itself how long it took: before that it may have waited for a decision. */
  private end(key: string, time: number, ms?: number): void {
    const span = this.open.get(key);
    if (span === undefined) return;
    this.open.delete(key);
    const until = time - this.start;
    const took = Math.min(ms ?? until - span.from, until - span.from);
    this.closed.push({ ...span, from: until - took, ms: took });
  }
}
