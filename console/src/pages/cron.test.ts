import { expect, it } from 'vitest';
import { cronOf, rhythmOf } from './cron';

it('writes what it read', () => {
  for (const line of ['*/15 * * * *', '5 * * * *', '0 9 * * *', '30 18 * * 1,3,5', '0 0 31 * *', '59 23 * * 1,2,3,4,5,6,0']) {
    const rhythm = rhythmOf(line);
    expect(rhythm === null ? null : cronOf(rhythm), line).toBe(line);
  }
});

it('reads days of the week however they are written', () => {
  const days = (field: string) => {
    const rhythm = rhythmOf(`0 9 * * ${field}`);
    return rhythm?.every === 'week' ? rhythm.days : null;
  };
  expect(days('1-5')).toEqual([1, 2, 3, 4, 5]);
  expect(days('MON-fri')).toEqual([1, 2, 3, 4, 5]);
  expect(days('7')).toEqual([0]);
  expect(days('sat,sun')).toEqual([6, 0]);
  expect(days('5-7')).toEqual([5, 6, 0]);
  expect(days('0-2')).toEqual([1, 2, 0]);
  expect(days('0-0')).toEqual([0]);
  expect(days('mon,mon')).toEqual([1]);
});

it('says of no other line that it knows what it means', () => {
  const others = ['0 0 9 * * *', '*/7 * * * *', '0 */2 * * *', '0 9 * 1 *', '0 9 1 * 1', '0 9 L * *', '0 9 * * 1#2', '0 9 * * 5-1', '0 9 * * fri-sun', '0 9 * * 8', '60 9 * * *', '0 9,18 * * *', '*/5 9 * * *', '', '@daily'];
  expect(others.map(rhythmOf)).toEqual(others.map(() => null));
});
