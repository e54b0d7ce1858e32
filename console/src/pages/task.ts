// A task as it is written in a form, and as it is sent.
import type { Terms } from '../api/tasks';
import type { Task } from '../api/types';

export const STARTS = ['cron', 'once', 'event', 'parent', 'hand'] as const;
export const OVERLAPS = ['skip', 'queue', 'cancel_previous'] as const;
export const MISFIRES = ['run_once', 'skip'] as const;
export type Start = (typeof STARTS)[number];

export interface Draft {
  title: string;
  prompt: string;
  /** Empty: the system agent. */
  agentId: string;
  start: Start;
  /** An event starts it besides its schedule. */
  hasEvent: boolean;
  cron: string;
  zone: string;
  /** A moment of the reader's own clock, such as `2026-11-30T09:00`. */
  at: string;
  overlap: (typeof OVERLAPS)[number];
  misfire: (typeof MISFIRES)[number];
  service: string;
  type: string;
  parentId: string;
  tokens: number | null;
  dollars: number | null;
  isActive: boolean;
}

/** What starts it first of all. */
export function startOf(task: Pick<Task, 'schedule' | 'trigger' | 'parent_id'>): Start {
  if (task.parent_id != null) return 'parent';
  if (task.schedule?.cron != null) return 'cron';
  if (task.schedule?.at != null) return 'once';
  return task.trigger ? 'event' : 'hand';
}

export function draftOf(task: Task | null, zone: string, parentId = ''): Draft {
  return {
    title: task?.title ?? '',
    prompt: task?.prompt ?? '',
    agentId: task?.agent_id ?? '',
    start: task === null ? (parentId === '' ? 'cron' : 'parent') : startOf(task),
    hasEvent: Boolean(task?.schedule && task.trigger),
    cron: task?.schedule?.cron ?? '0 9 * * *',
    zone: task?.schedule?.timezone ?? zone,
    at: task?.schedule?.at ? localOf(new Date(task.schedule.at)) : '',
    overlap: task?.schedule?.overlap ?? 'skip',
    misfire: task?.schedule?.misfire ?? 'run_once',
    service: task?.trigger?.service ?? '',
    type: task?.trigger?.type ?? '',
    parentId: task?.parent_id ?? parentId,
    tokens: task?.budget.run_tokens ?? null,
    dollars: task?.budget.run_cost_usd ?? null,
    isActive: task?.state !== 'paused',
  };
}

/** All that a new task says. */
export function termsOf(draft: Draft): Terms {
  const { title, prompt, start, agentId, parentId, isActive } = draft;
  const hasTrigger = start === 'event' || (draft.hasEvent && (start === 'cron' || start === 'once'));
  return {
    title: title.trim(),
    prompt,
    ...(agentId === '' ? {} : { agent_id: agentId }),
    ...(start === 'parent' ? { parent_id: parentId } : {}),
    schedule: scheduleOf(draft),
    trigger: hasTrigger ? { service: draft.service.trim(), type: draft.type.trim() } : null,
    budget: budgetOf(draft),
    enabled: isActive,
  };
}

/**
 * What is changed, and nothing else: a time that has come may not be set again, and who changes what a task does is
 * whom it acts for from then on. Whether it is switched on, and what it follows, is not changed by a form.
 */
export function changesOf(before: Draft, after: Draft): Terms {
  const [old, now] = [termsOf(before), termsOf(after)] as Record<string, unknown>[];
  const changed = Object.entries(now ?? {}).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old?.[name]));
  return Object.fromEntries(changed.filter(([name]) => name !== 'enabled' && name !== 'parent_id'));
}

function scheduleOf({ start, cron, zone, at, overlap, misfire }: Draft): NonNullable<Terms['schedule']> | null {
  if (start === 'cron') return { cron: cron.trim(), timezone: zone.trim(), overlap, misfire };
  return start === 'once' ? { at: momentOf(at), overlap, misfire } : null;
}

function budgetOf({ tokens, dollars }: Draft): Terms['budget'] {
  if (tokens === null && dollars === null) return null;
  return { ...(tokens === null ? {} : { run_tokens: tokens }), ...(dollars === null ? {} : { run_cost_usd: dollars }) };
}

/** As fields of a form have it, by the reader's clock. */
export function localOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [month, day] = [two(time.getMonth() + 1), two(time.getDate())];
  return `${String(time.getFullYear()).padStart(4, '0')}-${month}-${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

function momentOf(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
