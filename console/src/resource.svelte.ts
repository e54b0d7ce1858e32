// What a page reads from the server: while it is asked for, what came, and why nothing came.
import { untrack } from 'svelte';
import { Problem } from './api/client';

/** A server that says nothing for so long does not answer: a page that waits for ever tells nobody anything. */
export const PATIENCE_MS = 20_000;

export interface Resource<T> {
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  reload(): Promise<void>;
  /** Puts a value in place that the page knows better than the last answer. */
  set(value: T): void;
}

/**
 * Reads now, whenever something that `read` used has changed, and every `everyMs` while the page can be seen; 0 stands
 * for never. To be called while a component is made.
 */
export function resource<T>(read: (signal: AbortSignal) => Promise<T>, everyMs: number | (() => number) = 0): Resource<T> {
  let shown = $state.raw<{ value: T | null; problem: Problem | null; isLoading: boolean }>({
    value: null,
    problem: null,
    isLoading: true,
  });
  let ending = new AbortController();

  async function load(): Promise<void> {
    ending.abort();
    const own = (ending = new AbortController());
    // What is shown must not become something that the reading depends on.
    untrack(() => (shown = { ...shown, isLoading: true }));
    try {
      const value = await read(AbortSignal.any([own.signal, AbortSignal.timeout(PATIENCE_MS)]));
      if (!own.signal.aborted) shown = { value, problem: null, isLoading: false };
    } catch (cause) {
      if (!own.signal.aborted) shown = { ...shown, problem: asProblem(cause), isLoading: false };
    }
  }

  $effect(() => {
    void load();
    return () => ending.abort();
  });
  $effect(() => {
    const ms = typeof everyMs === 'number' ? everyMs : everyMs();
    if (ms === 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && !shown.isLoading) void load();
    }, ms);
    return () => clearInterval(timer);
  });

  return {
    get value() {
      return shown.value;
    },
    get problem() {
      return shown.problem;
    },
    get isLoading() {
      return shown.isLoading;
    },
    reload: load,
    set: (value) => {
      // An answer that is still to come is older.
      ending.abort();
      shown = { value, problem: null, isLoading: false };
    },
  };
}

export function asProblem(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
  return isLate ? new Problem(0, 'offline', '') : new Problem(-1, 'console', String(cause));
}
