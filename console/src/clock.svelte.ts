// The time now, for texts such as "5 minutes ago". It moves every ten seconds.

const state = $state({ now: Date.now() });
setInterval(() => (state.now = Date.now()), 10_000);

export function now(): number {
  return state.now;
}
