// Servers of the organisation that are told what happens, and what they were told.
import { Once, get, getPage, patch, post, remove } from './client';
import type { Delivery, Endpoint, EndpointWithSecret } from './types';

const PATH = '/v1/webhooks/endpoints';
export const DELIVERIES = 50;

export interface EndpointTerms {
  url?: string;
  description?: string | null;
  events?: string[];
  is_enabled?: boolean;
}

export const endpoints = (signal: AbortSignal) => get<Endpoint[]>(PATH, { signal });
export const endpoint = (id: string, signal: AbortSignal) => get<Endpoint>(`${PATH}/${id}`, { signal });
export const makeEndpoint = (once: Once, terms: EndpointTerms) => once.post<EndpointWithSecret>(PATH, terms);
export const changeEndpoint = (id: string, terms: EndpointTerms) => patch<Endpoint>(`${PATH}/${id}`, terms);
export const removeEndpoint = (id: string) => remove(`${PATH}/${id}`);
export const rotate = (once: Once, id: string, overlapSeconds: number) =>
  once.post<EndpointWithSecret>(`${PATH}/${id}/rotate`, { overlap_seconds: overlapSeconds });
export const sendTest = (once: Once, id: string) => once.post<Delivery>(`${PATH}/${id}/test`);
export const deliveries = (id: string, state: string, offset: number, signal: AbortSignal) =>
  getPage<Delivery>(`${PATH}/${id}/deliveries`, { query: { state, offset, limit: DELIVERIES }, signal });
export const retry = (id: string, deliveryId: string) =>
  post<Delivery>(`${PATH}/${id}/deliveries/${deliveryId}/retry`);
