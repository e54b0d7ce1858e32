import { expect, it } from 'vitest';
import { pieces, prosePieces } from './invisible';

const shown = (text: string) => pieces(text).map((piece) => (piece.isMark ? `[${piece.text}]` : piece.text)).join('');

it('shows what cannot be seen', () => {
  expect(shown('pay\u200b100')).toBe('pay[U+200B]100');
  expect(shown('a\u202etxt.exe')).toBe('a[U+202E]txt.exe');
  expect(shown('a\u00a0b\u3000c\ufeff')).toBe('a[U+00A0]b[U+3000]c[U+FEFF]');
  expect(shown('tag\u{e0041}\u{e0042}')).toBe('tag[U+E0041][U+E0042]');
  expect(shown('half \ud800 end')).toBe('half [U+D800] end');
  expect(shown('a\tb\r\nc\u0000')).toBe('a[→]b[U+000D]\nc[U+0000]');
  expect(shown('hangul\u3164filler\u034f')).toBe('hangul[U+3164]filler[U+034F]');
});

it('leaves what can be seen', () => {
  for (const text of ['', 'plain text', 'Ёлка — 木', '🙂', 'line\nline', 'e\u0301']) expect(shown(text)).toBe(text);
});

it('leaves joiners in prose, and shows turns', () => {
  expect(prosePieces('👨\u200d👩\u200d👧').every((piece) => !piece.isMark)).toBe(true);
  expect(prosePieces('a\u202eb').some((piece) => piece.isMark)).toBe(true);
});
