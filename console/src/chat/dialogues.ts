// The caller's dialogues, newest first.
import { get, getPage, Problem, remove, send } from '../api/client';
import type { Run, Session } from '../api/types';
import { may } from '../session.svelte';

const PAGE = 100;
const RUNS = 200;
/** As many sessions are asked for one by one. */
const MOST_ASKED = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface Dialogues {
  items: Session[];
  hasMore: boolean;
}

/** The newest `count` whose title has the text. */
export async function readDialogues(text: string, count: number, signal: AbortSignal): Promise<Dialogues> {
  // An administrator's list has everybody's private sessions, and each look is recorded.
  if (may('admin')) return ofOwnRuns(text, signal);
  const items: Session[] = [];
  for (;;) {
    const query = { q: text, limit: Math.min(PAGE, count - items.length), offset: items.length };
    const page = await getPage<Session>('/v1/sessions', { query, signal });
    items.push(...page.items);
    if (items.length >= Math.min(count, page.total) || page.items.length === 0) return { items, hasMore: page.total > items.length };
  }
}

/** The dialogue of that id; `null` when the session is none. */
export async function findDialogue(id: string, signal?: AbortSignal): Promise<Session | null> {
  if (!UUID.test(id)) return null;
  try {
    return await get<Session>(`/v1/sessions/${id}`, signal ? { signal } : {});
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 404) return null;
    throw cause;
  }
}

/** What is known of sessions: their dialogue, or that they are none. */
const known = new Map<string, Session | null>();

/** The same without private sessions of others: the latest that the newest runs are of. */
async function ofOwnRuns(text: string, signal: AbortSignal): Promise<Dialogues> {
  const runs = await get<Run[]>('/v1/runs', { query: { own: 'true', limit: RUNS }, signal });
  // The newest run comes first.
  const said = new Map(runs.toReversed().map((run) => [run.session_id, run.created_at]));
  const ids = [...new Set(runs.map((run) => run.session_id))].filter((id) => UUID.test(id)).slice(0, MOST_ASKED);
  const asked = ids.filter((id) => !known.has(id));
  const found = await Promise.all(asked.map((id) => findDialogue(id, signal)));
  asked.forEach((id, index) => known.set(id, found[index] ?? null));
  const items = ids.map((id) => known.get(id) ?? null).filter((one): one is Session => one !== null);
  const dated = items.map((one) => ({ ...one, updated_at: said.get(one.id) ?? one.updated_at }));
  return { items: dated.filter((one) => (one.title ?? '').toLowerCase().includes(text.toLowerCase())), hasMore: false };
}

export async function renameDialogue(id: string, title: string): Promise<void> {
  const answer = await send('PATCH', `/v1/sessions/${id}`, { body: { title } });
  known.set(id, (await answer.json()) as Session);
}

/** Its runs are cancelled, and it is in no list any more. */
export async function endDialogue(id: string): Promise<void> {
  await remove(`/v1/sessions/${id}`);
  known.set(id, null);
}
