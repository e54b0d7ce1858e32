// A delivery for trying a hook: with what proves to the hook that it is from somebody who knows the secret.

type Payload = Record<string, unknown>;

interface Hmac {
  header: string;
  prefix?: string;
  encoding?: string;
  /** A template of the body and of headers. */
  signed?: string;
}
interface Verify {
  header_secret?: { header: string };
  hmac?: Hmac;
  body_secret?: { at: string };
  source?: unknown;
}
interface Webhook {
  verify?: Verify[];
}

/** What is signed is the body alone. */
const BODY = '{body}';

export interface Delivery {
  body: string;
  headers: Record<string, string>;
}

/** Whether a secret would be checked. */
export function takesSecret(webhook: unknown): boolean {
  return ways(webhook).some((way) => way.header_secret || way.hmac || way.body_secret);
}

/**
 * The delivery of this payload. Without a secret, or when the service signs in a way that is not known here, nothing
 * proves it.
 */
export async function deliveryOf(payload: Payload, webhook: unknown, secret: string): Promise<Delivery> {
  const body = JSON.stringify(payload);
  if (secret === '') return { body, headers: {} };
  for (const { header_secret, hmac, body_secret } of ways(webhook)) {
    if (header_secret) return { body, headers: { [header_secret.header]: secret } };
    if (body_secret) return { body: JSON.stringify(withMember(payload, body_secret.at, secret)), headers: {} };
    if (!hmac || (hmac.signed ?? BODY) !== BODY) continue;
    return { body, headers: { [hmac.header]: await signature(hmac, secret, body) } };
  }
  return { body, headers: {} };
}

function ways(webhook: unknown): Verify[] {
  return (webhook as Webhook | null | undefined)?.verify ?? [];
}

/** `/auth/token` becomes `{"auth": {"token": …}}` beside what is there. */
function withMember(payload: Payload, at: string, value: string): Payload {
  const inner = at.split('/').filter(Boolean).reduceRight<unknown>((below, name) => ({ [name]: below }), value);
  return { ...payload, ...(inner as Payload) };
}

async function signature({ prefix = '', encoding }: Hmac, secret: string, body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(body)));
  if (encoding === 'base64') return prefix + btoa(String.fromCharCode(...signed));
  return prefix + [...signed].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A secret that nobody guesses. */
export function newSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether only this machine reaches the address of the console. */
export function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
