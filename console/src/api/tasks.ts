// What agents do by themselves, and what came of it.
import { Once, get, getExact, getPage, patch, post, remove } from './client';
import type { Approval, Execution, Form, Run, Task } from './types';

const PATH = '/v1/tasks';
const PAGE = 100;

export type TaskQuery = Record<string, string | number>;
/** What a task says, as it is sent; `null` takes away. */
export interface Terms {
  title?: string;
  prompt?: string;
  agent_id?: string;
  parent_id?: string;
  schedule?: { cron?: string; timezone?: string; at?: string; overlap: string; misfire: string } | null;
  trigger?: { service: string; type: string } | null;
  budget?: { run_tokens?: number; run_cost_usd?: number } | null;
  enabled?: boolean;
}

export const tasks = (query: TaskQuery, signal: AbortSignal) => getPage<Task>(PATH, { query, signal });
export const task = (id: string, signal: AbortSignal) => get<Task>(`${PATH}/${id}`, { signal });
export const makeTask = (once: Once, terms: Terms) => once.post<Task>(PATH, terms);
export const changeTask = (id: string, terms: Terms) => patch<Task>(`${PATH}/${id}`, terms);
export const removeTask = (id: string) => remove(`${PATH}/${id}`);
export const pauseTask = (id: string) => post<Task>(`${PATH}/${id}/pause`);
export const resumeTask = (id: string) => post<Task>(`${PATH}/${id}/resume`);
export const runTask = (once: Once, id: string) => once.post<{ run_id: string }>(`${PATH}/${id}/run`);
export const executions = (id: string, offset: number, signal: AbortSignal) =>
  getPage<Execution>(`${PATH}/${id}/executions`, { query: { limit: 20, offset }, signal });

/** The caller's own tasks, all of them. */
export async function ownTasks(signal: AbortSignal, query: TaskQuery = {}): Promise<Task[]> {
  const items: Task[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await tasks({ ...query, own: 'true', limit: PAGE, offset }, signal);
    items.push(...page.items);
    if (offset + PAGE >= page.total) return items;
  }
}

/** The next times of a cron line. */
export async function nextTimes(cron: string, timezone: string, signal: AbortSignal): Promise<string[]> {
  return (await post<{ next: string[] }>(`${PATH}/preview`, { cron, timezone }, { signal })).next;
}

export interface Waiting {
  run: Run;
  approvals: Approval[];
  forms: Form[];
}

/** What an execution waits for: its own questions, and those of its subagents. */
export async function waitingOf(runId: string, signal: AbortSignal): Promise<Waiting> {
  const query = { own: 'true', status: 'pending', run_id: runId };
  const [run, approvals, forms] = await Promise.all([
    get<Run>(`/v1/runs/${runId}`, { signal }),
    getExact<Approval[]>('/v1/approvals', { query, signal }),
    getExact<Form[]>('/v1/forms', { query, signal }),
  ]);
  return { run, approvals, forms };
}
