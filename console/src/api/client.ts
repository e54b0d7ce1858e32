// Requests to the public API. The browser sends the session's cookie by itself; no token is ever seen here.
import { parseJson, writeJson, type Json } from '../text/json';

/** What the server refused, in its own words; or that it could not be reached (`status` 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: { field: string; message: string }[] = [],
    readonly traceId = '',
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

export interface Options {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** A JSON text that is sent as it stands. */
  text?: string;
  /** The bytes of a file, or a form with files. */
  raw?: Blob | FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Says whether somebody is signed in after all. */
type Renew = () => Promise<boolean>;

/** Asked by `renew` itself: it would wait for itself. */
const SESSION = '/console/session';

let renew: Renew = () => Promise.resolve(false);

/** What is done when the server no longer knows who asks. */
export function onUnknownCaller(ask: Renew): void {
  renew = ask;
}

export async function get<T>(path: string, options?: Options): Promise<T> {
  return (await (await send('GET', path, options)).json()) as T;
}

/** The same with numbers as they stand in the answer; see `text/json`. */
export async function getExact<T = Json>(path: string, options?: Options): Promise<T> {
  return parseJson(await (await send('GET', path, options)).text()) as T;
}

/** The answer, and how many there are in all. */
export async function getPage<T>(path: string, options?: Options): Promise<{ items: T[]; total: number }> {
  const response = await send('GET', path, options);
  const items = (await response.json()) as T[];
  return { items, total: Number(response.headers.get('x-total-count') ?? items.length) };
}

export async function post<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
  return answer<T>(await send('POST', path, { ...options, body }));
}

export async function put<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(await send('PUT', path, { body }));
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(await send('PATCH', path, { body }));
}

/** The same as `put` with numbers as they stand, in what is sent and in the answer. */
export async function putExact<T>(path: string, body: object): Promise<T> {
  return parseJson(await (await send('PUT', path, { text: writeJson(body as Json) })).text()) as T;
}

export async function remove(path: string): Promise<void> {
  await send('DELETE', path);
}

/** A key under which a request is made once, however often it is sent. */
export function once(): Record<string, string> {
  return { 'Idempotency-Key': crypto.randomUUID() };
}

/**
 * The requests of one form. What is sent again, because nobody knows whether it arrived, goes under the same key and so
 * is done once. After a success, or when something else is sent, the key is a new one.
 */
export class Once {
  private sent = '';
  private headers: Record<string, string> = {};

  async post<T>(path: string, body?: object, options: Options = {}): Promise<T> {
    const text = body === undefined ? undefined : writeJson(body as Json);
    const sent = `${path} ${text ?? ''}`;
    if (sent !== this.sent) [this.sent, this.headers] = [sent, once()];
    const response = await send('POST', path, { ...options, ...(text === undefined ? {} : { text }), headers: this.headers });
    const made = await answer<T>(response);
    this.sent = '';
    return made;
  }
}

/** Sends a request; an answer that is no success is a `Problem`. */
export async function send(method: Method, path: string, options: Options = {}): Promise<Response> {
  const response = await attempt(method, path, options);
  if (response.ok) return response;
  if (response.status === 401 && !path.startsWith(SESSION) && (await renew())) {
    const again = await attempt(method, path, options);
    if (again.ok) return again;
    throw await problem(again);
  }
  throw await problem(response);
}

async function attempt(method: Method, path: string, options: Options): Promise<Response> {
  const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (text !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin', redirect: 'error' };
  if (text !== undefined || options.raw !== undefined) init.body = text ?? options.raw ?? null;
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(path + query(options.query), init);
  } catch (cause) {
    const isTooLate = cause instanceof DOMException && cause.name === 'TimeoutError';
    if (options.signal?.aborted && !isTooLate) throw cause;
    throw new Problem(0, 'offline', '');
  }
}

function query(values: Options['query'] = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function answer<T>(response: Response): Promise<T> {
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const wait = Number(response.headers.get('retry-after'));
  return new Problem(
    response.status,
    String(body.error ?? response.status),
    String(body.message ?? body.error_description ?? response.statusText),
    Array.isArray(body.field_errors) ? body.field_errors : [],
    String(body.trace_id ?? response.headers.get('x-trace-id') ?? ''),
    wait > 0 ? wait : null,
  );
}
