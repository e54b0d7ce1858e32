// The forms that wait for the caller.
import { getExact } from './client';
import type { Form } from './types';

const MOST = 200;

/** Without those of private sessions of others, which an administrator's list would look into. */
export function waitingForms(signal: AbortSignal): Promise<Form[]> {
  return getExact<Form[]>('/v1/forms', { query: { own: 'true', status: 'pending', limit: MOST }, signal });
}
