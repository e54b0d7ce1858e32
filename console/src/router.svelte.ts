// Pages have addresses under /console/. A click on a link of the console changes the address without loading anew.

const BASE = '/console/';

const state = $state({ path: '', query: new URLSearchParams() });

/** The path after `/console/`, and the query. */
export function route(): { path: string; query: URLSearchParams } {
  return state;
}

/** The address of a page, for `href`. */
export function to(path: string): string {
  return BASE + path;
}

export function go(path: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to(path));
  else history.pushState(null, '', to(path));
  read();
  if (!options.replace) window.scrollTo(0, 0);
}

/** Sets or, with an empty value, removes members of the query of the page that is shown. */
export function setQuery(changes: Record<string, string>): void {
  const query = new URLSearchParams(state.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(text === '' ? state.path : `${state.path}?${text}`, { replace: true });
}

/** Begins to follow the address. */
export function startRouter(): void {
  read();
  addEventListener('popstate', read);
  document.addEventListener('click', clicked);
}

function read(): void {
  state.path = decode(location.pathname.slice(BASE.length)).replace(/\/+$/, '');
  state.query = new URLSearchParams(location.search);
}

/** A path that was not encoded well is shown as it stands. */
function decode(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function clicked(event: MouseEvent): void {
  const hasKey = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || event.button !== 0 || hasKey) return;
  const link = (event.target as Element).closest('a');
  if (link === null || link.target !== '' || link.origin !== location.origin) return;
  if (!link.pathname.startsWith(BASE) || link.pathname.startsWith(`${BASE}sign-in/`) || link.hash !== '') return;
  event.preventDefault();
  go(link.pathname.slice(BASE.length) + link.search);
}
