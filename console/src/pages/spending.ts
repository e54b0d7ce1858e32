// What runs used, summed by agent and by day.
import type { Run } from '../api/types';

export interface Spent {
  runs: number;
  failed: number;
  prompt: number;
  completion: number;
  total: number;
}

export interface Sums {
  /** By the agent's id, those that used most first. */
  byAgent: [string, Spent][];
  /** By the day of the reader (`2026-11-29`), each day of the period, oldest first. */
  byDay: [string, Spent][];
}

export function sums(runs: Run[], days: number, now: Date): Sums {
  const [byAgent, byDay] = [new Map<string, Spent>(), new Map(daysUntil(now, days).map((day) => [day, none()]))];
  for (const run of runs) {
    add(byAgent, run.agent_id, run);
    if (byDay.has(dayOf(new Date(run.created_at)))) add(byDay, dayOf(new Date(run.created_at)), run);
  }
  const most = [...byAgent].sort(([, a], [, b]) => b.total - a.total || b.runs - a.runs);
  return { byAgent: most, byDay: [...byDay] };
}

function add(to: Map<string, Spent>, key: string, run: Run): void {
  const spent = to.get(key) ?? none();
  spent.runs += 1;
  spent.failed += run.phase === 'failed' ? 1 : 0;
  spent.prompt += run.prompt_tokens ?? 0;
  spent.completion += run.completion_tokens ?? 0;
  spent.total += run.total_tokens ?? 0;
  to.set(key, spent);
}

const none = (): Spent => ({ runs: 0, failed: 0, prompt: 0, completion: 0, total: 0 });

/** The beginning of the reader's day, `days` days before tomorrow. */
export function beginningOf(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1);
}

function daysUntil(now: Date, days: number): string[] {
  const first = beginningOf(now, days);
  return Array.from({ length: days }, (_, index) => dayOf(new Date(first.getFullYear(), first.getMonth(), first.getDate() + index)));
}

function dayOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** A table for spreadsheets. A text that one of them would take for a formula is kept from that. */
export function csv(rows: (string | number)[][]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
