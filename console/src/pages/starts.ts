// When a task starts, in plain words.
import type { Task } from '../api/types';
import { clockTime, moment, t, weekday } from '../i18n/index.svelte';
import { rhythmOf } from './cron';
import { startOf } from './task';

/** What is known of a task by its schedule, its trigger and what it follows. */
export type Begins = Pick<Task, 'schedule' | 'trigger' | 'parent_id'>;

/** A cron line in words, or the line itself. */
export function cronWords(cron: string): string {
  const rhythm = rhythmOf(cron);
  switch (rhythm?.every) {
    case 'minutes':
      return t('cron.minutes', { count: rhythm.minutes });
    case 'hour':
      return t('cron.hour', { minute: rhythm.minute });
    case 'day':
      return t('cron.day', { time: clockTime(rhythm.hour, rhythm.minute) });
    case 'week':
      return t('cron.week', { days: rhythm.days.map((day) => weekday(day)).join(', '), time: clockTime(rhythm.hour, rhythm.minute) });
    case 'month':
      return t('cron.month', { day: rhythm.day, time: clockTime(rhythm.hour, rhythm.minute) });
    default:
      return t('cron.line', { line: cron });
  }
}

/** `title` is that of the service. */
export function startWords(task: Begins, title: (service: string) => string): string {
  const start = startOf(task);
  const event = task.trigger ? t('starts.event', { service: title(task.trigger.service), type: task.trigger.type }) : '';
  if (start === 'parent') return t('starts.parent');
  if (start === 'event') return event;
  if (start === 'hand') return t('starts.hand');
  return [timeWords(task), event].filter(Boolean).join('; ');
}

function timeWords({ schedule }: Begins): string {
  if (schedule?.at) return t('starts.once', { time: moment(schedule.at) });
  return t('starts.cron', { words: cronWords(schedule?.cron ?? ''), zone: schedule?.timezone ?? 'UTC' });
}
