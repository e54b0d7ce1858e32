// A run, the runs that it works for, and its subagents. The list of runs has no filter for those, so they are put
// together of what a run's events say of finished calls, and of the latest runs while a call is under way.
import { get, getExact } from './client';
import type { Approval, Phase, Run, RunEvents } from './types';

/** The tool that starts subagents. */
export const TOOL = 'run_subagent';
const LATEST = 200;
/** Subagents of subagents have none. */
const DEEPEST = 3;

export interface Member {
  runId: string;
  goal: string;
  /** Empty while the call is under way. */
  kind: string;
  phase: Phase;
  tokens: number | null;
  error: string | null;
  under: Member[];
}

/** A subagent has a session of its own, whose id is its run's. */
export function isOfSubagent(approval: Approval): boolean {
  return approval.session_id === approval.run_id;
}

/** The run and all above it, the highest first. Empty when the reader may see the question and not the run. */
export async function pathOf(runId: string, signal: AbortSignal): Promise<Run[]> {
  // Read of the list, which does not look into a private session of somebody else.
  const own = { session_id: runId, own: 'true', limit: 1 };
  const [run] = await get<Run[]>('/v1/runs', { query: own, signal });
  return run === undefined ? [] : [...(await above(run, signal)), run];
}

/** The runs above, the highest first. */
export async function above(run: Run, signal: AbortSignal): Promise<Run[]> {
  const found: Run[] = [];
  for (let id = run.parent_run_id; id && found.length < DEEPEST; ) {
    const parent = await get<Run>(`/v1/runs/${id}`, { signal });
    found.unshift(parent);
    id = parent.parent_run_id;
  }
  return found;
}

/** The subagents of a run, and theirs. */
export async function below(run: Run, signal: AbortSignal): Promise<Member[]> {
  const hasSubagents = (run.tools_called ?? []).some((call) => call.name === TOOL);
  if (!hasSubagents) return [];
  const isOver = run.status !== 'queued' && run.status !== 'running';
  const latest = isOver ? [] : await get<Run[]>('/v1/runs', { query: { own: 'true', limit: LATEST }, signal });
  return family(run.id, latest, 1, signal);
}

async function family(runId: string, latest: Run[], depth: number, signal: AbortSignal): Promise<Member[]> {
  const { events } = await getExact<RunEvents>(`/v1/runs/${runId}/events`, { signal });
  const known = finished(events);
  const ids = new Set(known.map((member) => member.runId));
  const working = latest.filter((run) => run.parent_run_id === runId && !ids.has(run.id)).map(ofRun).reverse();
  const members = [...known, ...working];
  if (depth === DEEPEST) return members;
  const isParent = (id: string) => latest.some((run) => run.parent_run_id === id);
  const mayHave = members.filter((member) => member.kind === 'execute' || isParent(member.runId));
  const read = async (member: Member) => (member.under = await family(member.runId, latest, depth + 1, signal));
  await Promise.all(mayHave.map(read));
  return members;
}

interface Task {
  kind?: unknown;
  goal?: unknown;
}
interface Result {
  run_id?: unknown;
  status?: unknown;
  error?: unknown;
  usage?: Record<string, unknown> | null;
}

/** What calls that are over say of their subagents; results stand in the order of tasks. */
export function finished(events: RunEvents['events']): Member[] {
  const tasks = new Map<unknown, Task[]>();
  const members: Member[] = [];
  for (const { event, data: sent } of events) {
    const data = sent as Record<string, unknown>;
    if (data.name !== TOOL) continue;
    if (event === 'tool_call') tasks.set(data.tool_call_id, listOf<Task>(data.args, 'tasks'));
    if (event !== 'tool_result') continue;
    const asked = tasks.get(data.tool_call_id) ?? [];
    listOf<Result>(data.output, 'results').forEach((result, index) => {
      if (typeof result.run_id === 'string') members.push(ofResult(result.run_id, result, asked[index] ?? {}));
    });
  }
  return members;
}

function listOf<T>(value: unknown, name: string): T[] {
  const list = (value as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(list) ? (list as T[]) : [];
}

function ofResult(runId: string, { status, error, usage }: Result, { kind, goal }: Task): Member {
  const phase = (['succeeded', 'failed', 'cancelled'] as const).find((one) => one === status) ?? 'failed';
  const tokens = usage ? Number(usage.prompt_tokens ?? 0) + Number(usage.completion_tokens ?? 0) : null;
  return { runId, goal: text(goal), kind: text(kind), phase, tokens, error: text(error) || null, under: [] };
}

function ofRun(run: Run): Member {
  const error = run.error_message ?? null;
  const tokens = run.total_tokens ?? null;
  return { runId: run.id, goal: run.input_message, kind: '', phase: run.phase, tokens, error, under: [] };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
