// `llb-lens explain`: the page of a rule, in the terminal.

import { ruleNamed } from '../../rules/findings.ts';
import { rules } from '../../rules/index.ts';
import { pages } from '../../rules/pages.ts';
import { readArguments } from '../arguments.ts';
import { type Io, UsageError } from '../io.ts';
import { gistOf, noInk, renderInline, renderPage, terminalInk } from '../pageText.ts';
import { unknownRule } from '../unknownRule.ts';

const help = `Usage: llb-lens explain [RULE]...

Prints the page of a rule: what it finds, why that matters, examples, how to fix it. Without a name: all rules.

      --format FORMAT           text (default), markdown

Exit code: 0 done, 2 wrong usage.
`;

export async function explainCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.help === true) {
    io.out(help);
    return 0;
  }
  const format = values.format ?? 'text';
  if (format !== 'text' && format !== 'markdown')
    throw new UsageError(`unknown format "${format}": one of text, markdown`);
  const ink = io.color ? terminalInk : noInk;
  if (positionals.length === 0) {
    const width = Math.max(...rules.map((rule) => rule.name.length));
    for (const { name } of rules) {
      const gist = gistOf(pages[name] ?? '');
      io.out(
        format === 'markdown'
          ? `- **${name}**: ${gist}\n`
          : `${ink.bold(name)}${' '.repeat(width - name.length)}  ${renderInline(gist, ink)}\n`,
      );
    }
    return 0;
  }
  const wanted = positionals.map((given) => {
    const name = rules.find((rule) => rule.name.toLowerCase() === given.toLowerCase())?.name ?? given;
    if (ruleNamed(name) === undefined)
      throw new UsageError(`${unknownRule(given)}; "llb-lens explain" alone lists all of them`);
    return pages[name] ?? '';
  });
  io.out(wanted.map((page) => (format === 'markdown' ? page : renderPage(page, ink))).join('\n'));
  return 0;
}

function readArgs(args: readonly string[]) {
  return readArguments(args, { help: { type: 'boolean', short: 'h' }, format: { type: 'string' } });
}
