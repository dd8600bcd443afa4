// OwnerNameUnknown: `--chown` by a name that nobody made; BuildKit then takes root and says nothing.
import { usualAccounts } from '../../analysis/catalogue.ts';
import { copiesOf } from '../../analysis/copies.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { suggest } from '../../dockerfile/suggest.ts';
import type { Finding, Rule } from '../rule.ts';
import { flagNamed } from './copies.ts';

interface Meant {
  readonly name: string;
  readonly meant: string;
}

export const rule: Rule<Meant | undefined> = {
  name: 'OwnerNameUnknown',
  severity: 'warning',
  on: ['copy', 'add'],
  detect(analysis) {
    const found: Finding<Meant | undefined>[] = [];
    for (const { facts, accounts, instruction, index, files } of copiesOf(analysis)) {
      const flag = flagNamed(instruction, 'chown');
      if (flag === undefined || facts.chown === '' || !files.hasBase) continue;
      for (const [part, name] of facts.chown.split(':').entries()) {
        if (part > 1 || name === '' || name === 'root' || /^[+-]?\d+$/.test(name)) continue;
        // The catalogue does not know every account of an image.
        if (files.base?.by !== 'image' && usualAccounts.has(name)) continue;
        const isKnown =
          part === 0
            ? accounts.user(name) !== undefined
            : accounts.group(name) !== undefined || accounts.names().includes(name);
        if (isKnown) continue;
        const by = accounts.madeBy(name);
        const later = by !== undefined && by > index;
        // Who runs what nobody can look into may have made the account.
        if (!later && !accounts.complete) continue;
        if (by !== undefined && !later) continue;
        const meant = later
          ? undefined
          : (suggest(name, accounts.names(), true) ?? accounts.names().find((n) => n.startsWith(name)));
        const what = later
          ? `line ${lineOf(analysis, by)} makes it, which is too late`
          : `nothing makes it${files.base === undefined ? '' : `, and ${files.base.title} has none`}`;
        found.push({
          span: spanOf(instruction, flag.valueStart, flag.valueEnd),
          message: `There is no ${part === 0 ? 'user' : 'group'} ${name} yet: ${what}. BuildKit says nothing and gives the files to root.`,
          instruction: index,
          data: meant === undefined ? undefined : { name, meant },
        });
        break;
      }
    }
    return found;
  },
  fixes({ data, span, instruction: index }, analysis) {
    const instruction = analysis.dockerfile.instructions[index];
    if (data === undefined || instruction === undefined) return [];
    const written = analysis.text.slice(span.start, span.end);
    if (/[$"'\\`]/.test(written)) return [];
    const text = written
      .split(':')
      .map((part) => (part === data.name ? data.meant : part))
      .join(':');
    return [
      {
        title: `Write --chown=${text} (other owners, of new directories on the way too, so another digest)`,
        edits: [{ span, text }],
        safe: false,
      },
    ];
  },
};
