// Days as people choose them.

/** The beginning of the reader's day, or of a later one; empty when no day is chosen. */
export function beginOf(date: string, later: number): string {
  const [year = NaN, month = NaN, day = NaN] = date.split('-').map(Number);
  const time = new Date(year, month - 1, day + later);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
