// Which runs a reader wants to see. The API narrows by state, agent and session; the rest is sought in what it answers.
import type { Phase, Run } from '../api/types';
import { beginOf } from './days';

export const PHASES = ['queued', 'running', 'waiting_for_approval', 'succeeded', 'failed', 'cancelled'] as const;

/** The four values of the API's `status`. */
const STATUS_OF: Record<Phase, Run['status']> = {
  queued: 'queued',
  running: 'running',
  waiting_for_approval: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'failed',
};

export interface Filter {
  phase: Phase | null;
  agent: string;
  session: string;
  /** In lower case. */
  text: string;
  /** The first moment, and the first one after; empty: without an end. */
  since: string;
  until: string;
  /** Without private sessions of others. */
  isOwn: boolean;
}

export function filterOf(query: URLSearchParams): Filter {
  const get = (name: string) => query.get(name) ?? '';
  return {
    phase: PHASES.find((phase) => phase === get('status')) ?? null,
    agent: get('agent'),
    session: get('session'),
    text: get('text').trim().toLowerCase(),
    since: beginOf(get('from'), 0),
    until: beginOf(get('to'), 1),
    isOwn: get('own') === 'true',
  };
}

/** What the API is asked for. */
export function asked(filter: Filter): Record<string, string> {
  const status = filter.phase === null ? '' : STATUS_OF[filter.phase];
  return { status, agent_id: filter.agent, session_id: filter.session, own: filter.isOwn ? 'true' : '' };
}

/** Whether the API alone finds all that is wanted. */
export function isExact({ phase, text, since, until }: Filter): boolean {
  const isWhole = phase === null || phase === 'queued' || phase === 'succeeded';
  return isWhole && text === '' && since === '' && until === '';
}

export function matches(run: Run, filter: Filter): boolean {
  if (filter.phase !== null && run.phase !== filter.phase) return false;
  if (!isIn(run, filter)) return false;
  const parts = [run.input_message, run.output_message, run.error_message, run.id, run.session_id];
  return filter.text === '' || parts.some((part) => part?.toLowerCase().includes(filter.text));
}

/** Runs are read newest first: whether this one and all after it are older than what is wanted. */
export function isTooOld(run: Run, { since }: Filter): boolean {
  return since !== '' && Date.parse(run.created_at) < Date.parse(since);
}

function isIn(run: Run, filter: Filter): boolean {
  const isEarlyEnough = filter.until === '' || Date.parse(run.created_at) < Date.parse(filter.until);
  return isEarlyEnough && !isTooOld(run, filter);
}
