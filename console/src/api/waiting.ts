// The forms that wait for the caller.
import { may } from '../session.svelte';
import { get, getExact } from './client';
import type { Form, Run } from './types';

const MOST = 200;
/** As many runs are asked for their forms at once. */
const MOST_RUNS = 20;

/** What runs asked for, by the run and its last change: a run that nothing happened to asks for the same. */
let known = new Map<string, Form[]>();

export function waitingForms(signal: AbortSignal): Promise<Form[]> {
  // An administrator's list of forms looks into everybody's private sessions, and each look is recorded.
  if (may('admin')) return ofOwnRuns(signal);
  return getExact<Form[]>('/v1/forms', { query: { status: 'pending', limit: MOST }, signal });
}

/** The same without private sessions of others. */
async function ofOwnRuns(signal: AbortSignal): Promise<Form[]> {
  const runs = await get<Run[]>('/v1/runs', { query: { own: 'true', status: 'running', limit: MOST }, signal });
  const waiting = runs.filter((run) => run.waiting_for.includes('form')).slice(-MOST_RUNS);
  const found = await Promise.all(
    waiting.map(async (run) => {
      const state = `${run.id} ${run.updated_at}`;
      const query = { status: 'pending', run_id: run.id };
      return [state, known.get(state) ?? (await getExact<Form[]>('/v1/forms', { query, signal }))] as const;
    }),
  );
  known = new Map(found);
  return found.flatMap(([, forms]) => forms).sort((a, b) => a.created_at.localeCompare(b.created_at));
}
