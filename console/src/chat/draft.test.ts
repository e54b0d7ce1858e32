import { expect, it } from 'vitest';
import type { Json } from '../text/json';
import { draftOf } from './draft';

it('reads the variants of a draft, and nothing of what is none', () => {
  const file = { channel: 'email', variants: [{ label: 'Formal', subject: 'Hi', text: 'Dear Ada' }, { label: 'Short', text: 'Hey' }, { label: 'Empty' }, 7] };
  expect(draftOf(file as Json)).toEqual({
    channel: 'email',
    variants: [
      { label: 'Formal', subject: 'Hi', text: 'Dear Ada' },
      { label: 'Short', subject: '', text: 'Hey' },
    ],
  });
  const nones: unknown[] = [null, [], 'x', {}, { variants: {} }, { variants: [{ text: 1 }] }];
  for (const none of nones) expect(draftOf(none as Json)).toBe(null);
});
