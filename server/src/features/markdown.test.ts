// Text of a file stays text, by the renderer that VS Code uses too.
import fc from 'fast-check';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { code, prose } from './markdown.ts';

/** What a reader sees, where that is one paragraph without any markup. */
function read(html: string): string {
  const text = /^<p>([^<]*)<\/p>\n$/.exec(html)?.[1];
  if (text === undefined) return `markup: ${html}`;
  const named: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (entity) => named[entity] as string);
}

const pieces = fc.constantFrom(
  ...'\\`*_[]()<>&#+-=.!|~:;@$/{}"\'^ \n\t1ab',
  ...[
    'http://',
    'https://a.b',
    'www.a.b',
    'ftp://x',
    'a@b.co',
    'mailto:a@b.co',
    '&lt;',
    '&#60;',
    '$(zap)',
    '![x](y)',
    '1.',
  ],
  ...['__init__', 'file_name', '<b>', '---', '```', '[a]: b', '\u0000', '\ud800', 'é', '_é_', 'command:x'],
);

test('prose is prose', () => {
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const wanted = text.replace(/[\s\p{Cc}\p{Surrogate}]+/gu, ' ').trim();
      if (wanted === '') return;
      expect(read(marked.parse(prose(text), { async: false }))).toBe(wanted);
      expect(read(marked.parse(`so: ${prose(text)}`, { async: false }))).toBe(`so: ${wanted}`);
    }),
    { numRuns: 5000, seed: 1 },
  );
});

test.each([
  ['has no effect: --chmod switches it off, as without', 'has no effect: --chmod switches it off, as without'],
  ['link-with-chmod', 'link-with-chmod'],
  ['my_file_name of /srv/_cache', 'my_file_name of /srv/\\_cache'],
  ['a * b', 'a \\* b'],
  ['# no title', '\\# no title'],
])('%s', (text, wanted) => {
  expect(prose(text)).toBe(wanted);
});

test('code is code', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const html = marked.parse(code(parts.join('')), { async: false });
      expect(html).toMatch(/^<p><code>[^<]*<\/code><\/p>\n$/);
    }),
    { numRuns: 2000, seed: 1 },
  );
});
