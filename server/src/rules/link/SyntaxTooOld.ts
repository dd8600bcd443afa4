// SyntaxTooOld: the file pins a frontend that is older than what it uses.
import type { Analysis } from '../../analysis/analyze.ts';
import type { Instruction, Word } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Rule } from '../rule.ts';
import { type Frontend, frontendOf, type Since, since } from './frontends.ts';

export const rule: Rule = {
  name: 'SyntaxTooOld',
  severity: 'error',
  detect(analysis) {
    const frontend = frontendOf(analysis);
    if (frontend === undefined || frontend.minor === undefined) return [];
    const found: Finding[] = [];
    for (const [index, instruction] of analysis.dockerfile.instructions.entries())
      for (const { what, feature, start, end } of usesOf(instruction)) {
        if (frontend.has(feature)) continue;
        found.push({
          span: spanOf(instruction, start, end),
          message: `${what} came with docker/dockerfile:${tagWith(feature, frontend)}; this file is built with ${frontend.image}, which refuses it or reads it otherwise.`,
          instruction: index,
          related: directiveSpan(analysis),
        });
      }
    return found;
  },
  fixes(_, analysis) {
    const directive = analysis.dockerfile.directives.find((d) => d.name === 'syntax');
    const frontend = frontendOf(analysis);
    if (directive === undefined || frontend === undefined) return [];
    const newest = (a: Since, b: Since): Since => (b[frontend.channel] > a[frontend.channel] ? b : a);
    const needed = analysis.dockerfile.instructions
      .flatMap((i) => usesOf(i))
      .map((use) => use.feature)
      .reduce(newest, since.mount);
    const prefix = /^docker\.io\//.test(frontend.image) ? 'docker.io/' : '';
    const span = { start: directive.valueSpan.start, end: directive.valueSpan.start + frontend.image.length };
    return [frontend.channel === 'labs' ? '1-labs' : '1', tagWith(needed, frontend)].map((tag) => ({
      title: `Build with docker/dockerfile:${tag} (another frontend: history and checks may differ)`,
      edits: [{ span, text: `${prefix}docker/dockerfile:${tag}` }],
      safe: false,
    }));
  },
};

/** The first release of a frontend's channel that has a feature. */
function tagWith(feature: Since, { channel }: Frontend): string {
  return `1.${feature[channel]}${channel === 'labs' ? '-labs' : ''}`;
}

function directiveSpan(analysis: Analysis): NonNullable<Finding['related']> {
  const directive = analysis.dockerfile.directives.find((d) => d.name === 'syntax');
  return directive === undefined ? [] : [{ span: directive.span, message: 'the frontend is pinned here' }];
}

interface Use {
  readonly what: string;
  readonly feature: Since;
  readonly start: number;
  readonly end: number;
}

const flagsSince: Readonly<Record<string, Readonly<Record<string, Since>>>> = {
  copy: { link: since.link, chmod: since.chmod, parents: since.parents, exclude: since.exclude },
  add: {
    link: since.link,
    chmod: since.chmod,
    exclude: since.exclude,
    checksum: since.checksum,
    unpack: since.unpack,
    'keep-git-dir': since.keepGitDir,
  },
  healthcheck: { 'start-interval': since.startInterval },
  run: { mount: since.mount, network: since.network, security: since.security, device: since.device },
};

/** What an instruction uses that not every frontend has. */
function usesOf(instruction: Instruction): Use[] {
  const uses: Use[] = [];
  const second = instruction.kind === 'arg' ? instruction.declarations[1] : undefined;
  if (second !== undefined) {
    const { start, end } = second.key;
    uses.push({ what: 'A second argument in one ARG', feature: since.severalArguments, start, end });
  }
  if (instruction.flags.length === 0 && instruction.heredocs.length === 0) return uses;
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
      const size = mount.fields.find((f) => f.key.value === 'size');
      if (value('type')?.value === 'tmpfs' && size !== undefined)
        uses.push({
          what: 'The size of a tmpfs',
          feature: since.tmpfsSize,
          start: size.key.start,
          end: size.value?.end ?? size.key.end,
        });
    }
  for (const heredoc of instruction.heredocs)
    uses.push({ what: 'A heredoc', feature: since.heredoc, start: heredoc.word.start, end: heredoc.word.end });
  return uses;
}
