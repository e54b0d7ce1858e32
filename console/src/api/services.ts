// External services: what they are, accounts of them, and which agents may use those.
import { get, getPage, patch, post, put, remove } from './client';
import type { AvailableCredential, Connector, ConnectorLine, Credential, CredentialReport, Grant, OrganizationAgent } from './types';

const ORG = '/v1/organizations/me';
const PAGE = 100;

export type Right = boolean | 'ask';
export interface NewAccount {
  service_name: string;
  account_label: string;
  secret: Record<string, unknown>;
}

export const services = (signal: AbortSignal) => get<ConnectorLine[]>(`${ORG}/connectors`, { signal });
export const service = (key: string, signal: AbortSignal) => get<Connector>(`${ORG}/connectors/${encodeURIComponent(key)}`, { signal });

/** All accounts, or those of one service. */
export async function accounts(signal: AbortSignal, serviceName = ''): Promise<Credential[]> {
  return all<Credential>(`${ORG}/credentials`, signal, { service_name: serviceName });
}

export const makeAccount = (account: NewAccount) => post<Credential>(`${ORG}/credentials`, account);
export const changeAccount = (id: string, change: { account_label?: string; secret?: Record<string, unknown> }) =>
  patch<Credential>(`${ORG}/credentials/${id}`, change);
export const removeAccount = (id: string) => remove(`${ORG}/credentials/${id}`);
export const testAccount = (id: string) => post<CredentialReport>(`${ORG}/credentials/${id}/test`);

/** An agent with its services. */
export const agentOf = (id: string, signal: AbortSignal) => get<OrganizationAgent>(`${ORG}/agents/${id}`, { signal });
export const setServices = (agentId: string, keys: string[]) => put(`${ORG}/agents/${agentId}/connectors`, { connector_keys: keys });
export const usableBy = (agentId: string, signal: AbortSignal) =>
  get<AvailableCredential[]>(`${ORG}/agents/${agentId}/available-credentials`, { signal });
export const grantsOf = (agentId: string, signal: AbortSignal) => get<Grant[]>(`${ORG}/agents/${agentId}/grants`, { signal });

export const grant = (agentId: string, credentialId: string) => post<Grant>(`${ORG}/agents/${agentId}/grants`, { credential_id: credentialId });
export const changeGrant = (one: Grant, change: { read?: Right; write?: Right }) =>
  patch<Grant>(`${ORG}/agents/${one.agent_id}/grants/${one.id}`, { scopes: { ...one.scopes, ...change } });
export const revokeGrant = (agentId: string, grantId: string) => remove(`${ORG}/agents/${agentId}/grants/${grantId}`);

/** The agents that may use an account. Only agents that have its service can. */
export async function usersOf(account: Credential, signal: AbortSignal): Promise<OrganizationAgent[]> {
  const agents = await all<OrganizationAgent>(`${ORG}/agents`, signal);
  const near = agents.filter((agent) => agent.kind === 'custom' && agent.connectors.includes(account.service_name));
  const found = await Promise.all(near.map((agent) => grantsOf(agent.id, signal)));
  return near.filter((_, index) => found[index]?.some((one) => one.credential_id === account.credential_id));
}

async function all<T>(path: string, signal: AbortSignal, query: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await getPage<T>(path, { query: { ...query, limit: PAGE, offset }, signal });
    items.push(...page.items);
    if (offset + PAGE >= page.total) return items;
  }
}
