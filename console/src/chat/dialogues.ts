// The caller's dialogues, newest first.
import { get, getPage, patch, Problem, remove } from '../api/client';
import type { Session } from '../api/types';

const PAGE = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface Dialogues {
  items: Session[];
  hasMore: boolean;
}

/** The newest `count` whose title has the text. An administrator's are not everybody's, either. */
export async function readDialogues(text: string, count: number, signal: AbortSignal): Promise<Dialogues> {
  const items: Session[] = [];
  for (;;) {
    const query = { own: 'true', q: text, limit: Math.min(PAGE, count - items.length), offset: items.length };
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

export async function renameDialogue(id: string, title: string): Promise<void> {
  await patch(`/v1/sessions/${id}`, { title });
}

/** Its runs are cancelled, and it is in no list any more. */
export async function endDialogue(id: string): Promise<void> {
  await remove(`/v1/sessions/${id}`);
}
