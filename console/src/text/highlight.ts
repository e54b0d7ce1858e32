// Colours for code: comments, texts, numbers and words that many languages share. It is a help for the eye, not a
// grammar.

export interface Word {
  kind: 'comment' | 'string' | 'number' | 'word' | 'plain';
  text: string;
}

const WORDS =
  'abstract|and|as|async|await|break|case|catch|class|const|continue|def|default|do|elif|else|enum|except|export|extends|false|finally|fn|for|from|func|function|if|impl|import|in|interface|is|lambda|let|match|mod|mut|new|nil|none|None|not|null|or|package|private|pub|public|raise|return|select|self|static|struct|super|switch|this|throw|trait|true|True|False|try|type|use|var|void|where|while|with|yield|SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|JOIN|GROUP|ORDER|BY';
const PATTERN = new RegExp(
  [
    '(?<comment>\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?\\*\\/|(?<=^|\\s)#[^\\n]*|(?<=^|\\s)--[^\\n]*)',
    '(?<string>"(?:[^"\\\\\\n]|\\\\.)*"|\'(?:[^\'\\\\\\n]|\\\\.)*\'|`[^`]*`)',
    '(?<number>\\b\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?\\b)',
    `(?<word>\\b(?:${WORDS})\\b)`,
  ].join('|'),
  'g',
);
/** Longer code is shown without colours. */
const LONGEST = 5_000;

export function highlight(code: string): Word[] {
  if (code.length > LONGEST) return [{ kind: 'plain', text: code }];
  const words: Word[] = [];
  let from = 0;
  for (const match of code.matchAll(PATTERN)) {
    if (match.index > from) words.push({ kind: 'plain', text: code.slice(from, match.index) });
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? 'plain';
    words.push({ kind: kind as Word['kind'], text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < code.length) words.push({ kind: 'plain', text: code.slice(from) });
  return words;
}
