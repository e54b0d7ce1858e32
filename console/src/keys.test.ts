import { expect, it } from 'vitest';
import { letterOf } from './keys';

it('knows a letter in every layout', () => {
  expect(letterOf({ key: 'a', code: 'KeyA' })).toBe('a');
  // A Russian layout, capitals, and a layout with its letters in other places.
  expect(letterOf({ key: 'ф', code: 'KeyA' })).toBe('a');
  expect(letterOf({ key: 'A', code: 'KeyA' })).toBe('a');
  expect(letterOf({ key: 'e', code: 'KeyD' })).toBe('e');
  expect(['a', 'e', 'r', 'j', 'k']).not.toContain(letterOf({ key: 'Enter', code: 'Enter' }));
  expect(letterOf({ key: 'Process', code: '' })).toBe('');
});
