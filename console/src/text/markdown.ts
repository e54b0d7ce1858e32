// Markdown as a tree. HTML in it stays text; the components that draw the tree make no markup of it.
import { Lexer, type Token } from 'marked';

export type { Token };

export function parseMarkdown(text: string): Token[] {
  try {
    return new Lexer({ gfm: true, breaks: true }).lex(text);
  } catch {
    // Nested without end. It is shown as it was written.
    return [{ type: 'unread', raw: text }];
  }
}

/** The address of a link, when it leads to a page or a mailbox; `null` for scripts, data and everything else. */
export function safeAddress(href: string): string | null {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `marked` escapes some characters of a text for HTML; here they are drawn as they are. */
export function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => NAMES[name] ?? '');
}

const NAMES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
