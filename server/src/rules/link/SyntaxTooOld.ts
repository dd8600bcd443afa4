// SyntaxTooOld: the file pins a frontend that is older than what it uses.
import type { Analysis } from '../../analysis/analyze.ts';
import type { Instruction, Word } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Rule } from '../rule.ts';
import { frontendOf, since } from './frontends.ts';

export const rule: Rule<number> = {
  name: 'SyntaxTooOld',
  severity: 'error',
  detect(analysis) {
    const frontend = frontendOf(analysis);
    if (frontend === undefined || frontend.minor === undefined) return [];
    const found: Finding<number>[] = [];
    for (const [index, instruction] of analysis.dockerfile.instructions.entries())
      for (const { what, feature, start, end } of usesOf(instruction)) {
        if (frontend.has(feature)) continue;
        found.push({
          span: spanOf(instruction, start, end),
          message: `${what} came with docker/dockerfile:1.${feature}; this file is built with ${frontend.image}, which refuses it or reads it otherwise.`,
          instruction: index,
          related: directiveSpan(analysis),
          data: feature,
        });
      }
    return found;
  },
  fixes(_, analysis) {
    const directive = analysis.dockerfile.directives.find((d) => d.name === 'syntax');
    const frontend = frontendOf(analysis);
    if (directive === undefined || frontend === undefined) return [];
    const needed = analysis.dockerfile.instructions
      .flatMap((i) => usesOf(i))
      .reduce((most, use) => Math.max(most, use.feature), 0);
    const prefix = /^docker\.io\//.test(frontend.image) ? 'docker.io/' : '';
    const span = { start: directive.valueSpan.start, end: directive.valueSpan.start + frontend.image.length };
    return ['1', `1.${needed}`].map((tag) => ({
      title: `Build with docker/dockerfile:${tag} (another frontend: history and checks may differ)`,
      edits: [{ span, text: `${prefix}docker/dockerfile:${tag}` }],
      safe: false,
    }));
  },
};

function directiveSpan(analysis: Analysis): NonNullable<Finding['related']> {
  const directive = analysis.dockerfile.directives.find((d) => d.name === 'syntax');
  return directive === undefined ? [] : [{ span: directive.span, message: 'the frontend is pinned here' }];
}

interface Use {
  readonly what: string;
  readonly feature: number;
  readonly start: number;
  readonly end: number;
}

const flagsSince: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  copy: { link: since.link, chmod: since.chmod, parents: since.parents, exclude: since.exclude },
  add: {
    link: since.link,
    chmod: since.chmod,
    exclude: since.exclude,
    checksum: since.checksum,
    unpack: since.unpack,
    'keep-git-dir': since.keepGitDir,
  },
  run: { mount: since.mount, network: since.network, security: since.security, device: since.device },
};

/** What an instruction uses that not every frontend has. */
function usesOf(instruction: Instruction): Use[] {
  if (instruction.flags.length === 0 && instruction.heredocs.length === 0) return [];
  const uses: Use[] = [];
  const known = flagsSince[instruction.kind] ?? {};
  for (const flag of instruction.flags) {
    const feature = Object.hasOwn(known, flag.name) ? known[flag.name] : undefined;
    if (feature !== undefined) uses.push({ what: `--${flag.name}`, feature, start: flag.start, end: flag.end });
  }
  if ('chmod' in instruction && /[a-zA-Z]/.test(instruction.chmod.value) && !instruction.chmod.value.includes('$')) {
    const { start, end } = instruction.chmod;
    uses.push({ what: 'A mode in letters', feature: since.symbolicChmod, start, end });
  }
  if (instruction.kind === 'run')
    for (const mount of instruction.mounts) {
      const value = (key: string): Word | undefined => mount.fields.find((f) => f.key.value === key)?.value;
      const field = mount.fields.find((f) => f.key.value === 'env');
      if (value('type')?.value === 'secret' && field !== undefined)
        uses.push({
          what: 'A secret in a variable',
          feature: since.secretEnv,
          start: field.key.start,
          end: field.value?.end ?? field.key.end,
        });
    }
  for (const heredoc of instruction.heredocs)
    uses.push({ what: 'A heredoc', feature: since.heredoc, start: heredoc.word.start, end: heredoc.word.end });
  return uses;
}
