// Cron lines that people can choose without knowing any: what they mean, and how they are written. A line that is none
// of these stays a line.

/** How often a line comes, and when. Days of the week count from Sunday, 0. */
export type Rhythm =
  | { every: 'minutes'; minutes: number }
  | { every: 'hour'; minute: number }
  | { every: 'day'; hour: number; minute: number }
  | { every: 'week'; hour: number; minute: number; days: number[] }
  | { every: 'month'; hour: number; minute: number; day: number };

/** Minutes after which an hour is full again, so that the line comes evenly. */
export const EVEN_MINUTES = [5, 10, 15, 20, 30] as const;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function cronOf(rhythm: Rhythm): string {
  switch (rhythm.every) {
    case 'minutes':
      return `*/${rhythm.minutes} * * * *`;
    case 'hour':
      return `${rhythm.minute} * * * *`;
    case 'day':
      return `${rhythm.minute} ${rhythm.hour} * * *`;
    case 'week':
      return `${rhythm.minute} ${rhythm.hour} * * ${inWeek(rhythm.days).join(',')}`;
    case 'month':
      return `${rhythm.minute} ${rhythm.hour} ${rhythm.day} * *`;
  }
}

/** What a line means; `null`: something that only the line says. */
export function rhythmOf(cron: string): Rhythm | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minutes = '', hours = '', day = '', month = '', week = ''] = fields;
  if (month !== '*') return null;
  const isEveryDay = day === '*' && week === '*';
  const step = /^\*\/(\d+)$/.exec(minutes)?.[1];
  if (step !== undefined) return isEveryDay && hours === '*' ? evenly(Number(step)) : null;
  const minute = within(minutes, 0, 59);
  if (minute === null) return null;
  if (hours === '*') return isEveryDay ? { every: 'hour', minute } : null;
  const hour = within(hours, 0, 23);
  if (hour === null) return null;
  if (isEveryDay) return { every: 'day', hour, minute };
  if (day === '*') return weekly(week, hour, minute);
  const date = within(day, 1, 31);
  return date === null || week !== '*' ? null : { every: 'month', hour, minute, day: date };
}

function evenly(minutes: number): Rhythm | null {
  return EVEN_MINUTES.some((known) => known === minutes) ? { every: 'minutes', minutes } : null;
}

function weekly(field: string, hour: number, minute: number): Rhythm | null {
  const days = field.split(',').map(daysOf);
  if (days.includes(null)) return null;
  return { every: 'week', hour, minute, days: inWeek([...new Set((days as number[][]).flat())]) };
}

/** The days of `3`, `mon` or `1-5`; `null`: something else. */
function daysOf(part: string): number[] | null {
  const [first = '', last = first, ...more] = part.toLowerCase().split('-');
  const [from, until] = [dayOf(first), dayOf(last)];
  if (from === null || until === null || until < from || more.length > 0) return null;
  return Array.from({ length: until - from + 1 }, (_, index) => (from + index) % 7);
}

/** Sunday is 0 and 7. */
function dayOf(text: string): number | null {
  const named = DAYS.indexOf(text);
  return named >= 0 ? named : within(text, 0, 7);
}

/** From Monday to Sunday. */
function inWeek(days: number[]): number[] {
  return days.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
}

function within(text: string, least: number, most: number): number | null {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}
