// StageUnused: a stage that nothing reads and that is not the last.
import type { Stage } from '../../compile/stage.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { lineStart } from '../edits.ts';
import type { Finding, Rule } from '../rule.ts';

/** What stages are called that are built on their own. */
const targets =
  /(^|[-_.])(tests?|testing|unit|e2e|integration|bench\w*|lint\w*|fmt|format|checks?|ci|validate|verify|audit|coverage|cov|dev|devel\w*|local|debug|shell|watch|release|rel|prod\w*|runtime|final|export\w*|artifacts?|dist|bin\w*|binaries|out\w*|package|update\w*|vendor\w*|gen\w*|doc-site|image|cross|all|base|server|worker|app|cli|standalone|slim|full|minimal|alpine|debian|ubuntu|distroless|rootless|source|target\w*|deploy\w*|publish\w*|stag\w*)([-_.]|$)/;

/** Another value of a variable could make this stage stand on the one of that name: `FROM build-${MODE}`, or `FROM $OS` that means a stage now. */
function couldChoose({ from, base }: Stage, name: string): boolean {
  const written = from?.baseName.value.toLowerCase() ?? '';
  const parts = written.split(/\$(?:\{[^}]*\}|\w+)/);
  const [first = '', last = ''] = [parts[0], parts[parts.length - 1]];
  if (parts.length < 2 || name.length < first.length + last.length) return false;
  if (first === '' && last === '' && base === undefined) return false;
  return name.startsWith(first) && name.endsWith(last);
}

export const rule: Rule<Stage> = {
  name: 'StageUnused',
  severity: 'hint',
  on: ['from'],
  detect(analysis) {
    // With a target of its own, everything else is another build's.
    if (analysis.options.target !== '' || analysis.target === undefined || analysis.problems.length > 0) return [];
    const read = new Set<Stage>();
    for (const stage of analysis.stages) {
      if (stage.base !== undefined) read.add(stage.base);
      for (const other of stage.deps.keys()) read.add(other);
    }
    // Several named stages that nothing reads are targets of their own.
    const unread = analysis.stages.filter((s) => !s.hidden && !s.reachable && !read.has(s) && s.name !== '').length;
    const found: Finding<Stage>[] = [];
    for (const stage of analysis.stages) {
      const { from } = stage;
      if (stage.hidden || stage.reachable || read.has(stage) || from === undefined) continue;
      if (
        stage.name !== '' &&
        (analysis.stages.some((s) => s !== stage && s.name === stage.name) ||
          unread > 1 ||
          targets.test(stage.name) ||
          analysis.stages.some((s) => couldChoose(s, stage.name)))
      )
        continue;
      const word = from.nameWord ?? from.baseName;
      found.push({
        span: spanOf(from, word.start, word.end),
        message:
          stage.name === ''
            ? 'Nothing uses this stage, and it has no name: BuildKit skips it.'
            : `Nothing uses the stage ${stage.name}: BuildKit skips it unless the build asks for it (--target ${stage.name}).`,
        instruction: stage.instruction,
        data: stage,
      });
    }
    return found;
  },
  fixes({ data: stage }, analysis) {
    const { text, dockerfile } = analysis;
    const { instructions } = dockerfile;
    if (stage?.from === undefined) return [];
    // Numbers of stages would mean others.
    if (instructions.some((i) => i.flags.some((f) => f.name === 'from' && /^\d+$/.test(f.value ?? '')))) return [];
    const next = instructions.findIndex((i, index) => index > stage.instruction && i.kind === 'from');
    const follower = instructions[next];
    if (follower === undefined) return [];
    const start = lineStart(text, stage.from.commentSpan?.start ?? stage.from.span.start);
    const end = lineStart(text, follower.commentSpan?.start ?? follower.span.start);
    const top = dockerfile.directives.reduce((most, directive) => Math.max(most, directive.span.end), 0);
    if (start < top) return [];
    const name = stage.name === '' ? 'this stage' : `the stage ${stage.name}`;
    return [
      {
        title: `Remove ${name}: no vertex of the target changes, but none can be built of it any more`,
        edits: [{ span: { start, end }, text: '' }],
        safe: false,
      },
    ];
  },
};
