// Who is signed in, in this browser. Tokens are in a cookie that no script reads; the server renews them when asked.
import { Problem, onUnknownCaller, post, remove, send } from './api/client';

interface Person {
  signed_in: true;
  name: string | null;
  user_id: string;
  tenant_id: string;
  agent_id: string | null;
  may: string[];
  renew_in_seconds: number | null;
}

type Answer = { signed_in: false } | Person;

const LOCK = 'artel-session';
const state = $state<{ phase: 'asking' | 'in' | 'out' | 'unreachable'; person: Person | null }>({
  phase: 'asking',
  person: null,
});
const tabs = new BroadcastChannel(LOCK);
let timer: ReturnType<typeof setTimeout> | undefined;
let underWay: Promise<boolean> | null = null;

export function session(): typeof state {
  return state;
}

/** Whether the caller has the scope; what they may not do is not shown. */
export function may(scope: string): boolean {
  return state.person?.may.includes(scope) ?? false;
}

export async function startSession(): Promise<void> {
  onUnknownCaller(renew);
  tabs.onmessage = () => void renew();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && state.phase !== 'out') void renew();
  });
  await renew();
}

/** Asks who is signed in; one request at a time, in all tabs: it may change the tokens. */
export function renew(): Promise<boolean> {
  underWay ??= locked(ask).finally(() => (underWay = null));
  return underWay;
}

export async function signInWithKey(key: string): Promise<void> {
  await post('/console/session/key', { key });
  await renew();
  tabs.postMessage('changed');
}

export async function signOut(): Promise<void> {
  await remove('/console/session');
  await renew();
  tabs.postMessage('changed');
}

async function locked(work: () => Promise<boolean>): Promise<boolean> {
  return 'locks' in navigator ? await navigator.locks.request(LOCK, work) : work();
}

async function ask(): Promise<boolean> {
  clearTimeout(timer);
  try {
    const answer = await knock();
    state.person = answer.signed_in ? answer : null;
    state.phase = answer.signed_in ? 'in' : 'out';
    if (answer.signed_in && answer.renew_in_seconds !== null) askAgainIn(answer.renew_in_seconds);
    return answer.signed_in;
  } catch (cause) {
    if (state.person === null) state.phase = 'unreachable';
    askAgainIn(cause instanceof Problem && cause.retryAfter !== null ? cause.retryAfter : 5);
    return state.person !== null;
  }
}

async function knock(): Promise<Answer> {
  return (await (await send('POST', '/console/session')).json()) as Answer;
}

function askAgainIn(seconds: number): void {
  timer = setTimeout(() => void renew(), Math.min(seconds, 86_400) * 1000);
}
