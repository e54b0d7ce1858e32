// Where services deliver what they send by themselves, and what came.
import { Once, getExact, getPage, patch, remove, send } from './client';
import type { Hook, InboundEvents, NewHook } from './types';

const ORG = '/v1/organizations/me';
const PAGE = 100;
const hooks = (service: string) => `${ORG}/connectors/${encodeURIComponent(service)}/hooks`;

export async function hooksOf(service: string, signal: AbortSignal): Promise<Hook[]> {
  const items: Hook[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await getPage<Hook>(hooks(service), { query: { limit: PAGE, offset }, signal });
    items.push(...page.items);
    if (offset + PAGE >= page.total) return items;
  }
}

/** A new one; without a secret when that is empty. */
export const makeHook = (once: Once, service: string, secret: string) =>
  once.post<NewHook>(hooks(service), secret === '' ? {} : { secret });
export const setSecret = (service: string, id: string, secret: string) =>
  patch<Hook>(`${hooks(service)}/${id}`, { secret });
export const revokeHook = (service: string, id: string) => remove(`${hooks(service)}/${id}`);

/** Newest first. */
export const inbound = (query: Record<string, string>, signal?: AbortSignal) =>
  getExact<InboundEvents>(`${ORG}/events/inbound`, { query: { ...query, limit: PAGE }, ...(signal ? { signal } : {}) });

/** Delivers to a hook as its service would. */
export async function deliver(url: string, body: string, headers: Record<string, string>): Promise<void> {
  await send('POST', url, { text: body, headers });
}
