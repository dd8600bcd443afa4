// Reads a text with the grammar as VS Code does, beside small stand-ins for the grammars it embeds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import onig from 'vscode-oniguruma';
import textmate, { type IGrammar, type IRawGrammar, type IToken } from 'vscode-textmate';
import { dockerfileGrammar } from './source/grammar.ts';
import { BATCH, LANGUAGES, POWERSHELL, SHELL } from './source/languages.ts';

const SHELLS = [SHELL, POWERSHELL, BATCH].map(({ scope }) => scope);

/**
 * A grammar that keeps open what it can: quotes, parentheses and heredocs over lines, one of them from a rule that takes
 * the end of its line with it, and a comment in one piece.
 */
function hungry(scopeName: string): object {
  const name = (scope: string) => `${scope}.${scopeName.replace(/^(source|text)\./, '')}`;
  return {
    scopeName,
    patterns: [
      { begin: '"', end: '"', name: name('string.quoted.double') },
      { begin: "'", end: "'", name: name('string.quoted.single') },
      { begin: '`', end: '`', name: name('string.interpolated') },
      { begin: '\\(', end: '\\)', name: name('meta.parens'), patterns: [{ include: '$self' }] },
      // In a shell's form the end of the line can be kept from a rule that begins at it, not from one that begins before.
      ...(SHELLS.includes(scopeName) ? [] : [{ begin: '\\{\\n', end: '\\}', name: name('meta.braces') }]),
      { begin: '\\n', end: '^x', name: name('meta.line-end') },
      { begin: '<<-?(\\w+)\\n', end: '^\\1$', name: name('string.unquoted.heredoc') },
      { match: scopeName === BATCH.scope ? '[ \\t]*REM .*' : '[ \\t]*#.*', name: name('comment.line') },
      { match: '\\w+', name: name('word') },
    ],
  };
}

/** A document that has Dockerfiles in fences, held as Markdown's grammar holds them. */
const HOST = {
  scopeName: 'text.host',
  patterns: [
    {
      begin: '^(```)dockerfile$',
      end: '^(```)$',
      name: 'markup.fenced',
      patterns: [
        {
          begin: '(^|\\G)(\\s*)(.*)',
          while: '(^|\\G)(?!\\s*([`~]{3,})\\s*$)',
          contentName: 'meta.embedded.block.dockerfile',
          patterns: [{ include: 'source.dockerfile' }],
        },
      ],
    },
  ],
};

const require = createRequire(import.meta.url);
let registry: InstanceType<typeof textmate.Registry> | undefined;

async function open(): Promise<InstanceType<typeof textmate.Registry>> {
  await onig.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
  const grammars: { [scope: string]: object } = { 'source.dockerfile': dockerfileGrammar(), 'text.host': HOST };
  // One of them is missing, as it is in an editor that doesn't have the language.
  for (const { scope } of LANGUAGES) if (scope !== 'source.toml') grammars[scope] = hungry(scope);
  return new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources: string[]) => new onig.OnigScanner(sources),
      createOnigString: (text: string) => new onig.OnigString(text),
    }),
    loadGrammar: async (scope) => (grammars[scope] ?? null) as IRawGrammar | null,
  });
}

export type Line = { text: string; tokens: IToken[]; stoppedEarly: boolean };

/** The tokens of each line of `text`, under the grammar of `scope`. */
export async function tokenize(text: string, scope = 'source.dockerfile'): Promise<Line[]> {
  registry ??= await open();
  const grammar = (await registry.loadGrammar(scope)) as IGrammar;
  let state = textmate.INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return { text: line, tokens, stoppedEarly };
  });
}

// Scopes that only steer the grammar: `source.python` or `string.*` beside them says the same to a reader.
const STEERING = /^meta\.(instruction|continuation|heredoc|flags|flag|embedded|directives|pair|shell-form)\b/;

/** Each line, and below it one line for each token: carets under its text, then its scopes. */
export function show(lines: readonly Line[]): string {
  const out: string[] = [];
  for (const { text, tokens } of lines) {
    out.push(`>${text}`);
    let last: { start: number; end: number; scopes: string } | undefined;
    const flush = () => {
      if (last !== undefined && last.scopes !== '') {
        // A tab stays one: the carets stand below their text at any width.
        const indent = text.slice(0, last.start).replace(/[^\t]/g, ' ');
        out.push(` ${indent}${'^'.repeat(last.end - last.start)} ${last.scopes}`);
      }
    };
    for (const token of tokens) {
      const end = Math.min(token.endIndex, text.length);
      if (text.slice(token.startIndex, end).trim() === '') continue;
      const scopes = token.scopes
        .slice(1)
        .filter((scope) => !STEERING.test(scope))
        .join(' ')
        .replaceAll(/\.dockerfile\b/g, '');
      if (last !== undefined && last.scopes === scopes && last.end === token.startIndex) {
        last.end = end;
        continue;
      }
      flush();
      last = { start: token.startIndex, end, scopes };
    }
    flush();
  }
  return `${out.join('\n')}\n`;
}
