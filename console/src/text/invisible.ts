// What a reader cannot see in a text, or what changes the order in which it is seen, is shown by its number.

export interface Piece {
  text: string;
  /** Stands for a character that cannot be seen. */
  isMark: boolean;
}

// Controls but the line feed, formats (zero width, bidirectional), separators, halves of surrogate pairs, fillers, and
// spaces that are not the space.
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
// In prose joiners and no-break spaces are how people write; a change of direction is not.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}|\p{Cs}/gu;

/** For arguments and code: nothing stays hidden. */
export function pieces(text: string): Piece[] {
  return split(text, HIDDEN);
}

/** For prose: what turns the direction of the text, and controls. */
export function prosePieces(text: string): Piece[] {
  return split(text, TURNS);
}

/** The same as one text, for where there is no markup: options and titles of windows. */
export function visible(text: string): string {
  return pieces(text)
    .map((piece) => piece.text)
    .join('');
}

function split(text: string, pattern: RegExp): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), isMark: false });
    found.push({ text: number(match[0]), isMark: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), isMark: false });
  return found;
}

function number(character: string): string {
  if (character === '\t') return '→';
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
