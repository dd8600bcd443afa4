// Scenarios drawn at random, each by a seed of its own: a Dockerfile that builds, and one or two edits to it.
import { type Dice, dice } from './dice.ts';
import type { Entry, Scenario, Step } from './scenario.ts';
import { ALPINE, ALPINE_NEXT, DEBIAN, DEBIAN_NEXT } from './written/steps.ts';

export const SEEDS = 180;

export function randomScenarios(): Scenario[] {
  return Array.from({ length: SEEDS }, (_, seed) => draw(seed));
}

const PATHS = ['a', 'b', 'src/a', 'src/b', 'src/deep/c', 'conf/x.conf', 'conf/y.conf', 'lock'];
const TWINS: Record<string, string> = { [ALPINE]: ALPINE_NEXT, [DEBIAN]: DEBIAN_NEXT };

function draw(seed: number): Scenario {
  const d = dice(seed);
  const files: Record<string, Entry> = {};
  for (const path of PATHS) files[path] = `${path}\n`;
  if (d.chance(0.2)) files['.dockerignore'] = d.pick(['lock\n', '*.md\n', 'src/deep\n', 'conf/*\n!conf/x.conf\n']);
  const opts: Record<string, string> = {};
  const first: Step = {
    label: 'first',
    dockerfile: text(d, files),
    files,
    ...(d.chance(0.15) ? { secrets: { s: 'secret\n' } } : {}),
  };
  if (/id=s/.test(first.dockerfile)) first.secrets = { s: 'secret\n' };
  else delete first.secrets;
  if (d.chance(0.1)) opts['build-arg:V'] = 'given';
  if (Object.keys(opts).length > 0) first.opts = opts;
  const remote = d.chance(0.3);
  if (remote) first.cacheTo = { name: 'c', mode: d.pick(['min', 'max', 'inline'] as const) };
  else if (d.chance(0.1)) first.output = 'oci';
  const steps = [first];
  for (let n = d.int(1, 2); n > 0; n--) {
    const last = steps[steps.length - 1] as Step;
    const { cacheTo: _to, ...kept } = last;
    let next: Step = { ...kept, label: '' };
    for (let m = d.chance(0.25) ? 2 : 1; m > 0; m--) next = edit(d, next, `${seed}-${n}-${m}`);
    if (remote && !next.pruned) {
      next.pruned = true;
      next.cacheFrom = 'c';
      next.label += ', other daemon';
    }
    steps.push(next);
  }
  return {
    name: `random-${String(seed).padStart(3, '0')}`,
    title: `Drawn at random, seed ${seed}.`,
    proves: [],
    rules: [],
    ...(d.chance(0.08) ? { snapshotter: 'native' as const } : {}),
    steps,
  };
}

function text(d: Dice, files: Record<string, Entry>): string {
  const ignored = files['.dockerignore'] !== undefined;
  const paths = ignored ? ['a', 'b', 'src/a'] : PATHS;
  const dirs = ignored ? ['src'] : ['src', 'conf', 'src/deep'];
  const lines: string[] = [];
  if (d.chance(0.1)) lines.push(`ARG BASE=${ALPINE}`);
  const globals = lines.length > 0;
  const done: { name: string; out: boolean }[] = [];
  const stages = d.pick([1, 1, 2, 2, 2, 3, 3, 4]);
  for (let s = 0; s < stages; s++) {
    const lastStage = s === stages - 1;
    const name = lastStage ? '' : `s${s}`;
    const parents = done.filter((x) => x.name);
    const scratch = lastStage && parents.length > 0 && d.chance(0.12);
    const base =
      parents.length > 0 && d.chance(0.2)
        ? d.pick(parents).name
        : scratch
          ? 'scratch'
          : globals && d.chance(0.5)
            ? '$BASE'
            : d.pick([ALPINE, ALPINE, DEBIAN]);
    lines.push(`FROM ${base}${name ? ` AS ${name}` : ''}`);
    if (!scratch && d.chance(0.15)) lines.push(`ARG V${d.chance(0.7) ? '=1' : ''}`);
    const count = d.int(1, lastStage ? 6 : 4);
    for (let i = 0; i < count; i++) lines.push(instruction(d, `${s}-${i}`, paths, dirs, parents, scratch));
    if (lastStage)
      for (const parent of parents)
        if (d.chance(0.6))
          lines.push(`COPY ${d.chance(0.55) ? '--link ' : ''}--from=${parent.name} /out/ /from-${parent.name}/`);
    if (!lastStage) {
      lines.push(
        d.pick([
          `RUN mkdir -p /out && echo s${s} > /out/o`,
          `RUN mkdir -p /out && (cat /in/* /app/* 2>/dev/null || true) > /out/o`,
          `RUN mkdir -p /out && echo same > /out/o`,
        ]),
      );
      done.push({ name, out: true });
    }
  }
  return `${lines.join('\n')}\n`;
}

function instruction(
  d: Dice,
  id: string,
  paths: readonly string[],
  dirs: readonly string[],
  stages: readonly { name: string }[],
  scratch: boolean,
): string {
  const link = d.chance(0.55) ? '--link ' : '';
  const owner = d.chance(0.12) ? `--chown=${d.pick(['1500', '0:0', '1500:1600', 'root'])} ` : '';
  const mode = d.chance(0.07) ? '--chmod=644 ' : '';
  const to = d.pick([`/app/d${id}/`, '/app/', '/in/', `/opt/n${id}/deep/`, './', `r${id}/`]);
  const r = d.next();
  if (r < 0.28) return `COPY ${link}${owner}${mode}${d.pick(paths)} ${to}`;
  if (r < 0.36) return `COPY ${link}${owner}${d.pick(dirs)}${d.pick(['', '/'])} ${to}`;
  if (r < 0.4) return `COPY ${link}${d.pick(['*', 'src/*', '[ab]', '. '])} ${to}`.replace('.  ', '. ');
  if (r < 0.43) return `ADD ${link}${d.pick(paths)} ${to}`;
  if (r < 0.47) return `COPY ${link}${owner}<<f ${to}\ntext ${id}\nf`;
  if (r < 0.6 && stages.length > 0)
    return `COPY ${link}${owner}--from=${d.pick(stages).name} ${d.pick(['/out/', '/out/o'])} ${to}`;
  if (r < 0.62) return `COPY ${link}--from=${d.pick([ALPINE, DEBIAN])} /etc/os-release ${to}`;
  if (scratch) return `COPY ${link}${d.pick(paths)} ${to}`;
  if (r < 0.76) return `RUN echo ${id} > /r${id}`;
  if (r < 0.8) return `RUN --mount=type=bind,source=${d.pick(paths)},target=/m cat /m > /m${id}`;
  if (r < 0.82) return `RUN --mount=type=cache,target=/c echo ${id} >> /c/x`;
  if (r < 0.84) return `RUN --mount=type=secret,id=s cat /run/secrets/s > /s${id} || true`;
  if (r < 0.86 && stages.length > 0)
    return `RUN --mount=from=${d.pick(stages).name},source=/out,target=/m cat /m/o > /m${id}`;
  if (r < 0.88) return `RUN <<e\necho ${id}\ne`;
  if (r < 0.92) return `WORKDIR ${d.pick([`/w${id}`, '/app', `w${id}`])}`;
  if (r < 0.96) return `ENV E${id.replace('-', '_')}=${id}`;
  if (r < 0.98) return `LABEL l=${id}`;
  return `ARG A${id.replace('-', '_')}=${id}`;
}

/** One random edit; `mark` makes what it writes new. */
function edit(d: Dice, step: Step, mark: string, tries = 0): Step {
  const lines = step.dockerfile.trimEnd().split('\n');
  const at = (prefix: RegExp) => lines.flatMap((line, i) => (prefix.test(line) ? [i] : []));
  const done = (label: string, change: Partial<Step>): Step => ({
    ...step,
    ...change,
    label: step.label ? `${step.label}, ${label}` : label,
  });
  const rewrite = (label: string) => done(label, { dockerfile: `${lines.join('\n')}\n` });
  const named = PATHS.filter((path) => step.dockerfile.includes(path));
  const one = (list: readonly number[]) => (list.length > 0 ? d.pick(list) : undefined);
  switch (
    d.pick([
      'file',
      'file',
      'file',
      'base',
      'base',
      'run',
      'run',
      'insert',
      'insert',
      'touch',
      'mode',
      'new',
      'link',
      'arg',
      'env',
      'copy',
      'remove',
      'none',
      'comment',
      'no-cache',
    ])
  ) {
    case 'file': {
      const path = d.pick(named.length > 0 && d.chance(0.8) ? named : PATHS);
      return done(`file ${path}`, { files: { ...step.files, [path]: `${path} ${mark}\n` } });
    }
    case 'touch': {
      const path = d.pick(named.length > 0 && d.chance(0.8) ? named : PATHS);
      const entry = step.files[path];
      const now = {
        text: typeof entry === 'string' ? entry : entry && 'text' in entry ? entry.text : '',
        mtime: 1_720_000_000,
      };
      return done(`touch ${path}`, { files: { ...step.files, [path]: now } });
    }
    case 'mode': {
      const path = d.pick(named.length > 0 && d.chance(0.8) ? named : PATHS);
      const entry = step.files[path];
      const now = {
        text: typeof entry === 'string' ? entry : entry && 'text' in entry ? entry.text : '',
        mode: '0755',
      };
      return done(`mode of ${path}`, { files: { ...step.files, [path]: now } });
    }
    case 'new': {
      const path = d.pick([`new-${mark}`, `src/new-${mark}`, `conf/new-${mark}.conf`]);
      return done(`new file ${path}`, { files: { ...step.files, [path]: `${mark}\n` } });
    }
    case 'base': {
      const i = one(
        lines.flatMap((line, n) =>
          /^(FROM|ARG BASE=)/.test(line) && Object.keys(TWINS).some((b) => line.includes(b)) ? [n] : [],
        ),
      );
      if (i === undefined) break;
      for (const [from, to] of Object.entries(TWINS)) lines[i] = lines[i]?.replace(from, to) ?? '';
      return rewrite(`base of line ${i + 1}`);
    }
    case 'run': {
      const i = one(at(/^RUN (?!<<)/));
      if (i === undefined) break;
      lines[i] += ` # ${mark}`;
      return rewrite(`line ${i + 1}`);
    }
    case 'insert': {
      const i = one(at(/^(FROM (?!scratch)|RUN (?!<<)|WORKDIR|ENV)/));
      if (i === undefined) break;
      lines.splice(
        i + 1,
        0,
        d.pick([
          `RUN : ${mark}`,
          `ENV N=${mark}`,
          `WORKDIR /new-${mark}`,
          `COPY --link a /new-${mark}/`,
          `COPY b /new-${mark}/`,
        ]),
      );
      return rewrite(`line ${i + 2} inserted`);
    }
    case 'link': {
      const i = one(at(/^(COPY|ADD) (?!.*<<)/));
      if (i === undefined) break;
      const line = lines[i] ?? '';
      lines[i] = line.includes('--link ') ? line.replace('--link ', '') : line.replace(/^(COPY|ADD) /, '$1 --link ');
      return rewrite(`--link of line ${i + 1}`);
    }
    case 'copy': {
      const i = one(at(/^COPY (?!.*<<).*\/$/));
      if (i === undefined) break;
      lines[i] += 'moved/';
      return rewrite(`destination of line ${i + 1}`);
    }
    case 'env': {
      const i = one(at(/^ENV/));
      if (i === undefined) break;
      lines[i] += mark;
      return rewrite(`value of line ${i + 1}`);
    }
    case 'arg': {
      const i = one(at(/^ARG (?!BASE)/));
      if (i === undefined) break;
      const name = /^ARG (\w+)/.exec(lines[i] ?? '')?.[1] ?? '';
      return done(`argument ${name}`, { opts: { ...step.opts, [`build-arg:${name}`]: mark } });
    }
    case 'remove': {
      const i = one(at(/^(RUN echo|ENV|LABEL|COPY (?!.*<<))/));
      // A stage on scratch needs something to be made of.
      if (i === undefined || lines.some((line) => line.startsWith('FROM scratch'))) break;
      lines.splice(i, 1);
      return rewrite(`line ${i + 1} removed`);
    }
    case 'none':
      return done('nothing', {});
    case 'comment':
      lines.splice(d.int(0, 1), 0, `# ${mark}`);
      return rewrite('comment');
    case 'no-cache': {
      const names = lines.flatMap((line) => /^FROM \S+ AS (\S+)/.exec(line)?.[1] ?? []);
      return done('no-cache', {
        opts: { ...step.opts, 'no-cache': names.length > 0 && d.chance(0.7) ? d.pick(names) : '' },
      });
    }
  }
  return tries < 8 ? edit(d, step, mark, tries + 1) : done('nothing', {});
}
