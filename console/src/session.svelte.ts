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

/** What tabs tell each other: somebody is signed in, or it is somebody else now, or nobody. */
type Change = 'in' | 'changed';
type Answer = { signed_in: false } | Person;

const LOCK = 'artel-session';
/** All tabs wait for the one that asks. */
const ANSWERS_WITHIN_MS = 4000;
const AGAIN_SECONDS = 2;
const state = $state<{ phase: 'asking' | 'in' | 'out'; person: Person | null }>({ phase: 'asking', person: null });
let failure = $state.raw<Problem | null>(null);
const tabs = new BroadcastChannel(LOCK);
let timer: ReturnType<typeof setTimeout> | undefined;
let underWay: Promise<boolean> | null = null;

export function session(): Readonly<typeof state> {
  return state;
}

/** Why it is not known who is signed in. */
export function sessionProblem(): Problem | null {
  return failure;
}

/** Whether the caller has the scope; what they may not do is not shown. */
export function may(scope: string): boolean {
  return state.person?.may.includes(scope) ?? false;
}

export async function startSession(): Promise<void> {
  onUnknownCaller(renew);
  // What is asked already may be answered with what was before the change.
  tabs.onmessage = ({ data }: MessageEvent<Change>) => {
    if (data === 'changed' || state.phase !== 'in') void (underWay ?? Promise.resolve()).then(renew);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void renew();
  });
  // This page may be where the login page led to: tabs that are out come in.
  if (await renew()) tell('in');
}

/** Asks who is signed in; one request at a time, in all tabs: it may change the tokens. */
export function renew(): Promise<boolean> {
  underWay ??= locked(ask).finally(() => (underWay = null));
  return underWay;
}

/** Signs in with an API key; `taken` is called when the server took it, before the pages are shown. */
export async function signInWithKey(key: string, taken: () => void): Promise<void> {
  await post('/console/session/key', { key });
  taken();
  await renew();
  tell('changed');
}

export async function signOut(): Promise<void> {
  await remove('/console/session');
  await renew();
  tell('changed');
}

function tell(change: Change): void {
  tabs.postMessage(change);
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
    failure = null;
    if (answer.signed_in && answer.renew_in_seconds !== null) askAgainIn(answer.renew_in_seconds);
    return answer.signed_in;
  } catch (cause) {
    // An answer that breaks off is none.
    failure = cause instanceof Problem ? cause : new Problem(0, 'offline', '');
    askAgainIn(failure.retryAfter ?? AGAIN_SECONDS);
    return state.person !== null;
  }
}

async function knock(): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  return (await (await send('POST', '/console/session', { signal })).json()) as Answer;
}

function askAgainIn(seconds: number): void {
  timer = setTimeout(() => void renew(), Math.min(seconds, 86_400) * 1000);
}
