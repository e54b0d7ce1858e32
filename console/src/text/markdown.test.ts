import { expect, it } from 'vitest';
import { highlight } from './highlight';
import { parseMarkdown, safeAddress, unescape } from './markdown';

it('links to pages and mailboxes only', () => {
  expect(safeAddress('https://example.com/a b')).toBe('https://example.com/a%20b');
  expect(safeAddress('mailto:a@example.com')).toBe('mailto:a@example.com');
  const refused = ['javascript:alert(1)', 'java\tscript:alert(1)', ' JAVASCRIPT:x', 'data:text/html,x', '//x.example', '/x', 'file:///x', 'x', ''];
  for (const href of refused) expect(safeAddress(href), href).toBeNull();
});

it('reads what is nested without end', () => {
  for (const text of ['> '.repeat(20_000), '* '.repeat(2000) + 'x', '['.repeat(5000), '***'.repeat(2000)]) {
    expect(parseMarkdown(text).map((token) => token.raw).join('')).toBe(text);
  }
}, 20_000);

it('keeps every character of a text', () => {
  expect(unescape('&lt;b&gt; &amp;amp; &#39;')).toBe("<b> &amp; '");
  for (const code of ['let x = "a\\"b"; // c', "'unclosed", '# comment\n1_000.5e3', '']) {
    expect(highlight(code).map((word) => word.text).join('')).toBe(code);
  }
});
