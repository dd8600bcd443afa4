// Elements as text: the only place where a picture becomes markup, and everything in it is escaped.
import type { Element } from './scene.ts';
import { printable } from './words.ts';

/** Markup of an element and all in it. */
export function toMarkup(element: Element): string {
  let out = `<${element.tag}`;
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!name.startsWith('data-')) out += ` ${name}="${escapeMarkup(value)}"`;
  }
  if (element.text === undefined && element.children.length === 0) return `${out}/>`;
  out += '>';
  if (element.text !== undefined) out += escapeMarkup(printable(element.text));
  for (const child of element.children) out += toMarkup(child);
  return `${out}</${element.tag}>`;
}

export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
