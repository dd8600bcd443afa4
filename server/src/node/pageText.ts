// A rule's page without its Markdown: for terminals, and for readers of plain text.

/** Colours of a terminal, or nothing. */
export interface Ink {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly code: (text: string) => string;
  readonly mark: (text: string) => string;
}

const none = (text: string): string => text;
export const noInk: Ink = { bold: none, dim: none, code: (text) => `\`${text}\``, mark: none };
export const terminalInk: Ink = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  code: (text) => `\u001b[36m${text}\u001b[39m`,
  mark: (text) => `\u001b[33m${text}\u001b[39m`,
};

/** The first paragraph of a page, as one line; code keeps its backticks. */
export function gistOf(page: string): string {
  return (page.split(/\n\n+/)[1] ?? '').replace(/\n/g, ' ').trim();
}

/** The page as plain text. */
export function plainPage(page: string): string {
  return renderPage(page, noInk);
}

/** The page for a person: headings bold, paragraphs refilled to `width` columns, examples indented. */
export function renderPage(page: string, ink: Ink, width = 80): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let fenced = false;
  let before = '';
  const flush = (): void => {
    if (paragraph.length > 0) out.push(...fill(paragraph.join(' '), width).map((line) => renderInline(line, ink)));
    paragraph = [];
  };
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) {
      flush();
      fenced = !fenced;
      before = '';
    } else if (fenced) {
      // A line of carets belongs to the one above.
      const isMark = before !== '' && /^# ?\s*\^+/.test(line);
      out.push(`    ${isMark ? ink.mark(line) : line}`.trimEnd());
      before = line;
    } else if (line.startsWith('#')) {
      flush();
      out.push(ink.bold(line.replace(/^#+\s*/, '')));
    } else if (line.trim() === '') {
      flush();
      if (out.at(-1) !== '') out.push('');
    } else if (/^([-*]|\d+\.) /.test(line) || line.startsWith('|')) {
      flush();
      if (line.startsWith('|')) out.push(line);
      else paragraph.push(line);
    } else paragraph.push(line.trim());
  }
  flush();
  return `${out.join('\n').trimEnd()}\n`;
}

/** Lines of at most `width` characters; what stands between backticks stays together. */
function fill(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/(?:[^\s`]|`[^`]*`)+/g) ?? []) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** The Markdown within a line. */
export function renderInline(text: string, ink: Ink): string {
  return text
    .replace(/\[([^\]]*)\]\(([^)\s]*)\)/g, (_, words: string, url: string) =>
      /^https?:/.test(url) ? `${words} (${url})` : words,
    )
    .replace(/\*\*([^*]+)\*\*/g, (_, words: string) => ink.bold(words))
    .replace(/`([^`]*)`/g, (_, code: string) => ink.code(code));
}
