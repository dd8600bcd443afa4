// SecretInContext: a copy of a whole folder takes keys, tokens or passwords along.
import type { Swept } from '../../analysis/sweptIn.ts';
import type { Rule } from '../rule.ts';
import { endsInImage, ignoreFix, readsOf, readText, someOf } from './reads.ts';

export const rule: Rule<readonly Swept[]> = {
  name: 'SecretInContext',
  severity: 'warning',
  on: ['copy', 'add', 'run'],
  detect(analysis) {
    return readsOf(analysis).flatMap((known) => {
      const { read, use, stage } = known;
      // What is mounted is not in the image.
      if (read.kind === 'bind') return [];
      const swept = use.swept.filter((one) => isSecret(one) && !isSample(one.path));
      if (swept.length === 0) return [];
      const inImage = endsInImage(analysis, stage);
      const what = someOf([...new Set(swept.map((one) => one.what))]);
      const who = inImage ? 'Whoever has the image can read that.' : 'It stays in the cache of the build.';
      return [
        {
          span: read.span,
          instruction: read.instruction,
          message: `${readText(analysis, known)} takes ${someOf(swept.map((one) => one.path))} along: ${what}. ${who}`,
          ...(inImage ? {} : { severity: 'information' as const }),
          data: swept,
        },
      ];
    });
  },
  fixes: ignoreFix,
};

/** Of the files with environment variables only those that are for this machine: others are often public by design. */
function isSecret({ kind, path }: Swept): boolean {
  return (
    kind === 'secret' || (kind === 'environment' && /(^|\/)\.env(\.[^/]*)?$/.test(path) && /\.(env|local)$/.test(path))
  );
}

/** Keys that are there to test with, or that came with someone else's code. */
function isSample(path: string): boolean {
  return /(^|\/)(tests?|__tests__|testdata|fixtures?|specs?|e2e|demos?|examples?|samples?|docs?|vendor|third_party|site-packages|dist-packages)\//i.test(
    path,
  );
}
