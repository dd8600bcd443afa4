// Text of a file as Markdown that says just that: never markup, a link or a command.

/** As code, on one line, cut in the middle where it is longer than `most` characters. */
export function code(text: string, most = 80): string {
  let one = text.replace(/[\s\p{Cc}\p{Surrogate}]+/gu, ' ').trim();
  const characters = [...one];
  if (characters.length > most) one = `${characters.slice(0, most - 16).join('')}…${characters.slice(-15).join('')}`;
  if (one === '') return '` `';
  let fence = '`';
  while (one.includes(fence)) fence += '`';
  const gap = one.startsWith('`') || one.endsWith('`') ? ' ' : '';
  return `${fence}${gap}${one}${gap}${fence}`;
}

/** As prose: what Markdown would give a meaning is escaped, and nothing else, since some editors show what stands there. */
export function prose(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Surrogate}]+/gu, ' ')
    .trim()
    .replace(markup, '\\$&');
}

/** An address is a link by itself; an underscore within a word is none of Markdown's; VS Code has icons behind a dollar. */
const markup =
  /[\\`*[\]<|~@]|&(?=[#a-z])|:(?=\/\/)|(?<=www)\.|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\$(?=\()|^[#+=>-]|(?<=^\d+)[.)]/giu;

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], most = 6): string {
  if (items.length <= 1) return items[0] ?? '';
  if (items.length > most) return `${items.slice(0, most - 1).join(', ')} and ${items.length - most + 1} more`;
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
