import { expect, it } from 'vitest';
import { freeName } from './workspace';

it('finds a name that is free, and keeps the ending', () => {
  const taken = new Set(['a.csv', 'a (2).csv', 'plain', '.env']);
  expect(['b.csv', 'a.csv', 'plain', '.env'].map((name) => freeName(name, taken))).toEqual(['b.csv', 'a (3).csv', 'plain (2)', '.env (2)']);
});
