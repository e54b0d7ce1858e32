import { expect, it } from 'vitest';
import { diffLines } from './diff';

const SIGNS = { same: ' ', added: '+', removed: '-' };
const diff = (a: string, b: string) => diffLines(a, b).map((line) => SIGNS[line.kind] + line.text).join('\n');

it('finds what changed', () => {
  expect(diff('a\nb\nc', 'a\nB\nc')).toBe(' a\n-b\n+B\n c');
  expect(diff('a\nb\nc\nd', 'b\nc\nx\nd')).toBe('-a\n b\n c\n+x\n d');
  expect(diff('', 'a')).toBe('-\n+a');
  expect(diff('same', 'same')).toBe(' same');
});

it('keeps every line of both texts', () => {
  const texts = ['a\nb\na\nb\nc', 'b\nc\na', 'c\nc\nc', 'x\na\nb', ''];
  for (const a of texts) {
    for (const b of texts) {
      const lines = diffLines(a, b);
      const of = (kind: string) => lines.filter((line) => line.kind === 'same' || line.kind === kind);
      expect(of('removed').map((line) => line.text).join('\n')).toBe(a);
      expect(of('added').map((line) => line.text).join('\n')).toBe(b);
    }
  }
});
