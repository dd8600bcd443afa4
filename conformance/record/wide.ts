// Scenarios drawn at random from nearly everything that a Dockerfile can hold, each by a seed of its own, with one to four
// steps of one to three edits: what `random.ts` leaves out.
import { type Dice, dice } from './dice.ts';
import type { Entry, Scenario, Step } from './scenario.ts';
import { ALPINE, ALPINE_NEXT, DEBIAN, DEBIAN_NEXT } from './written/steps.ts';

export const SEEDS = 300;

export function wideScenarios(): Scenario[] {
  return Array.from({ length: SEEDS }, (_, seed) => drawWide(seed));
}

/** A Dockerfile before it is text: each instruction by itself, so that an edit can find it. */
interface Draft {
  globals: string[];
  stages: DraftStage[];
}

interface DraftStage {
  from: string;
  name: string;
  /** Instructions, of one or several lines. */
  lines: string[];
  /** There is no shell in it. */
  bare: boolean;
}

/** A step and the draft of its text. */
interface Drawn {
  draft: Draft;
  step: Step;
}

const TWINS: Record<string, string> = {
  [ALPINE]: ALPINE_NEXT,
  [DEBIAN]: DEBIAN_NEXT,
  [ALPINE_NEXT]: ALPINE,
  [DEBIAN_NEXT]: DEBIAN,
};
const GIT = 'git://127.0.0.1:5078/';
const HTTP = 'http://127.0.0.1:5077/served/';

const FILES: Record<string, Entry> = {
  a: 'a\n',
  b: { text: 'b\n', mode: '0755' },
  same: 'a\n',
  'we ird': 'w\n',
  lock: 'lock\n',
  'hook.txt': 'hook\n',
  'src/a': 'src/a\n',
  'src/b.md': 'src/b.md\n',
  'src/c.md': 'src/c.md\n',
  'src/deep/c': 'c\n',
  'src/deep/er/d': 'd\n',
  'src/deep/er/e.md': 'e\n',
  'conf/x.conf': 'x\n',
  'conf/y.conf': 'y\n',
  'conf/z.yml': 'z\n',
  'dir/empty': { dir: true },
  'dir/one': '1\n',
  'lnk/file': { symlink: '../a' },
  'lnk/tree': { symlink: '../src' },
  'lnk/abs': { symlink: '/conf/x.conf' },
  'lnk/gone': { symlink: 'nowhere' },
  'pack.tar': { tar: { p: 'p\n', q: { dir: true, mode: '0750' }, 'q/r': 'r\n' } },
};
/** Each names something of the context that every edit leaves in place. */
const SOURCES = [
  'a',
  'b',
  'same',
  'lock',
  'src/a',
  'src/deep/c',
  'conf/x.conf',
  'lnk/file',
  'lnk/abs',
  './a',
  '/b',
  'src/../b',
];
const TREES = ['src', 'src/', 'conf', 'src/deep', 'dir', 'lnk', 'lnk/tree', './src/deep/', 'lnk/tree/deep'];
const GLOBS = ['*', 'src/*', '[ab]', 'conf/*.conf', 'src/*/c', 's*', 'conf/?.yml', 'src/[b-c].md', '*/a', 'src/deep/*'];

export function drawWide(seed: number): Scenario {
  const d = dice(seed + 7000);
  const files = { ...FILES };
  if (d.chance(0.35)) files['.dockerignore'] = d.pick(IGNORES);
  const draft = drawDraft(d);
  const step: Step = { label: 'first', dockerfile: '', files };
  const opts: Record<string, string> = {};
  if (d.chance(0.2)) opts['build-arg:V'] = 'given';
  if (d.chance(0.1)) opts['build-arg:BASE'] = DEBIAN;
  if (d.chance(0.05)) opts['add-hosts'] = 'here=127.0.0.1';
  if (d.chance(0.05)) opts['shm-size'] = '1000000';
  const text = textOf(draft);
  if (text.includes('=extra')) opts['context:extra'] = 'local:extra';
  if (text.includes('=img')) opts['context:img'] = `docker-image://${d.pick([ALPINE, DEBIAN])}`;
  if (Object.keys(opts).length > 0) step.opts = opts;
  if (text.includes('=extra')) step.contexts = { extra: { m: 'm\n', n: 'n\n', 'o/p': 'p\n', 'o/q': 'q\n' } };
  if (text.includes('id=s')) step.secrets = { s: 'secret\n' };
  if (text.includes(HTTP)) step.served = { 't.txt': 't\n' };
  if (text.includes(GIT)) step.repos = { r: { x: 'x\n', 'sub/y': 'y\n', 'sub/z': 'z\n' } };
  const way = d.next();
  const remote = way < 0.3;
  if (remote) step.cacheTo = { name: 'c', mode: d.pick(['min', 'max', 'inline'] as const) };
  else if (way < 0.38) step.output = 'oci';
  else if (way < 0.44) step.output = 'tar';
  let last: Drawn = { draft, step };
  const steps = [step];
  for (let n = 1, count = d.int(1, 4); n <= count; n++) {
    const { cacheTo: _to, cacheFrom: _from, pruned: _pruned, ...kept } = last.step;
    let next: Drawn = { draft: copyOf(last.draft), step: { ...kept, label: '' } };
    for (let m = d.pick([1, 1, 1, 1, 2, 2, 3]); m > 0; m--) next = edit(d, next, `${seed}-${n}-${m}`);
    if (remote && d.chance(0.8)) {
      next.step.pruned = true;
      next.step.label += ', other daemon';
      const caches = steps.flatMap(({ cacheTo }) => cacheTo?.name ?? []);
      next.step.cacheFrom = caches[caches.length - 1] as string;
      // A cache that is read and written on.
      if (d.chance(0.25)) next.step.cacheTo = { name: `c${n}`, mode: d.pick(['min', 'max', 'inline'] as const) };
    } else if (d.chance(0.03)) {
      next.step.pruned = true;
      next.step.label += ', all pruned';
    }
    steps.push(next.step);
    last = next;
    next.step.dockerfile = textOf(next.draft);
  }
  step.dockerfile = text;
  return {
    name: `wide-${String(seed).padStart(3, '0')}`,
    title: `Drawn at random from a wide grammar, seed ${seed}.`,
    proves: [],
    rules: [],
    ...(d.chance(0.05) ? { snapshotter: 'native' as const } : {}),
    steps,
  };
}

const IGNORES = [
  'lock\n',
  '*.md\n',
  '**/*.md\n',
  'src/deep/er\n',
  'conf/*\n!conf/x.conf\n',
  'dir\n.dockerignore\n',
  '**/e*\n!src\n',
  '# nothing\n',
  'we ird\nlnk/gone\n',
];

const copyOf = (draft: Draft): Draft => ({
  globals: [...draft.globals],
  stages: draft.stages.map((stage) => ({ ...stage, lines: [...stage.lines] })),
});

const textOf = ({ globals, stages }: Draft): string =>
  `${[...globals, ...stages.flatMap(({ from, name, lines }) => [`FROM ${from}${name ? ` AS ${name}` : ''}`, ...lines])].join('\n')}\n`;

// ------------------------------------------------------------------ the first text

function drawDraft(d: Dice): Draft {
  const globals = d.chance(0.25) ? [`ARG BASE=${ALPINE}`, 'ARG V=global'] : [];
  const stages: DraftStage[] = [];
  const count = d.pick([1, 1, 2, 2, 3, 3, 4, 4, 5]);
  for (let s = 0; s < count; s++) {
    const last = s === count - 1;
    const parents = stages.filter((x) => x.name);
    const r = d.next();
    const parent = d.pick(parents.length > 0 ? parents : [undefined]);
    let from = d.pick([ALPINE, ALPINE, DEBIAN]);
    let bare = false;
    if (parent && r < 0.25) {
      from = parent.name;
      bare = parent.bare;
    } else if (r < 0.37) {
      from = d.pick(['scratch', 'scratch', 'acme/none:1']);
      bare = true;
    } else if (r < 0.41) from = 'acme/runtime:1';
    else if (r < 0.45) from = 'acme/onbuild:1';
    else if (r < 0.55 && globals.length > 0) from = '$BASE';
    const stage: DraftStage = { from, name: last ? '' : `s${s}`, lines: [], bare };
    if (d.chance(0.3)) stage.lines.push(d.pick(['ARG V', 'ARG V=1', 'ARG V W=2', 'ARG U=u']));
    for (let i = 0, n = d.int(1, last ? 6 : 4); i < n; i++)
      stage.lines.push(instruction(d, `${s}-${i}`, stage, parents));
    // What a stage is asked for: a directory that a RUN makes, or copies.
    if (!last) {
      stage.lines.push(
        bare || d.chance(0.35)
          ? d.pick(['COPY a /out/o', 'COPY conf/x.conf /out/o', 'COPY --link src/a /out/o', 'COPY <<o /out/\ndoc\no'])
          : d.pick([
              `RUN mkdir -p /tmp/out /out && echo s${s} > /out/o`,
              'RUN mkdir -p /out && (cat /in/* /app/* 2>/dev/null || true) > /out/o',
              'RUN mkdir -p /out && echo same > /out/o',
              'RUN mkdir -p /out && date +%N > /out/time && echo same > /out/o',
            ]),
      );
      if (from === 'acme/runtime:1' || stage.lines.some((l) => l.startsWith('USER')))
        stage.lines.splice(stage.lines.length - 1, 0, 'USER 0');
    } else
      for (const { name } of parents)
        if (d.chance(0.7))
          stage.lines.push(
            `COPY ${d.chance(0.5) ? '--link ' : ''}--from=${name} ${d.pick(['/out/', '/out/o', '/out'])} /from-${name}/`,
          );
    if (d.chance(0.06) && !last) stage.lines.push(d.pick(['ONBUILD COPY a /triggered/', 'ONBUILD ENV TRIGGERED=1']));
    stages.push(stage);
  }
  return { globals, stages };
}

function instruction(d: Dice, id: string, stage: DraftStage, parents: readonly DraftStage[]): string {
  const { bare } = stage;
  const r = d.next() * (bare ? 0.6 : 1);
  if (r < 0.5) return copy(d, id, parents);
  if (r < 0.52) return `ENV E${id.replace('-', '_')}=${d.pick([id, '$V', 'same'])}`;
  if (r < 0.54) return d.pick([`LABEL l=${id}`, 'CMD ["x"]', 'ENTRYPOINT x', 'EXPOSE 80', 'STOPSIGNAL 9', 'VOLUME /v']);
  if (r < 0.58) return `WORKDIR ${d.pick([`/w${id}`, '/app', `w${id}`, '/', '/in', '.'])}`;
  if (r < 0.6)
    return d.pick([`ARG A${id.replace('-', '_')}=${id}`, `ARG A${id.replace('-', '_')}`, 'HEALTHCHECK NONE']);
  if (r < 0.72)
    return d.pick([`RUN echo ${id} > /tmp/r${id}`, `RUN echo ${id} $V $A0_1`, 'RUN ["true"]', `RUN : ${id}`]);
  if (r < 0.74)
    return d.pick([`RUN <<e\necho ${id}\ne`, `RUN cat <<e > /tmp/h${id}\n${id} $V\ne`, 'RUN <<"e"\necho $V\ne']);
  if (r < 0.75) return d.pick(['USER 1500', 'USER root', 'USER 0:0']);
  if (r < 0.76) return 'SHELL ["/bin/sh", "-ec"]';
  const mounts = Array.from({ length: d.pick([1, 1, 1, 2]) }, (_, i) => mount(d, i, parents));
  const network = d.chance(0.05) ? '--network=none ' : '';
  return `RUN ${network}${mounts.map((m) => `--mount=${m} `).join('')}(ls -lR /m0 /m1; cat /m0 /m1) > /tmp/m${id} 2>/dev/null || true`;
}

function mount(d: Dice, n: number, parents: readonly DraftStage[]): string {
  const at = `target=/m${n}`;
  const parent = parents.length > 0 ? d.pick(parents).name : undefined;
  const r = d.next();
  if (r < 0.22) return `type=bind,source=${d.pick([...SOURCES, ...TREES])},${at}`;
  if (r < 0.28) return `${d.pick(['type=bind,', ''])}${at}${d.pick(['', ',rw', ',readwrite=true', ',readonly'])}`;
  if (r < 0.5 && parent)
    return `type=bind,from=${parent}${d.pick([',source=/out', ',source=/out/o', '', ',source=/out,rw'])},${at}`;
  if (r < 0.56)
    return `type=bind,from=${d.pick([ALPINE, DEBIAN])},source=${d.pick(['/etc', '/etc/passwd', '/'])},${at}`;
  if (r < 0.6) return `type=bind,from=extra,${d.pick(['source=o,', 'source=m,', ''])}${at}`;
  if (r < 0.63) return `type=bind,from=img,source=/etc/group,${at}`;
  if (r < 0.75)
    return `type=cache,${at}${d.pick(['', ',id=c', ',sharing=locked', ',sharing=private,id=p', ',mode=0700,uid=3', ',ro'])}`;
  if (r < 0.8 && parent) return `type=cache,${at},from=${parent},source=/out`;
  if (r < 0.86) return `type=tmpfs,${at}${d.pick(['', ',size=1m'])}`;
  if (r < 0.94) return `type=secret,id=s${d.pick(['', `,${at}`, ',env=S', ',required=true', ',mode=0444'])}`;
  return `type=ssh${d.pick(['', ',id=x'])}`;
}

function copy(d: Dice, id: string, parents: readonly DraftStage[]): string {
  const link = d.chance(0.5) ? '--link ' : '';
  const owner = d.chance(0.12) ? `--chown=${d.pick(['1500', '0:0', '1500:1600', 'root', '$V0'])} ` : '';
  const mode = d.chance(0.08) ? `--chmod=${d.pick(['644', '0755', 'u=rwX,go=rX', 'a+x'])} ` : '';
  const exclude = d.chance(0.12)
    ? `--exclude=${d.pick(['*.md', '**/*.md', 'deep', 'a', '**/er', '!x'])} ${d.chance(0.2) ? '--exclude=**/c ' : ''}`
    : '';
  const parent = d.chance(0.1) ? '--parents ' : '';
  const flags = `${link}${owner}${mode}${exclude}`;
  const to = d.pick([`/app/d${id}/`, '/app/', '/in/', `/opt/n${id}/deep/`, './', `r${id}/`, `/x/$V/`]);
  const r = d.next();
  if (r < 0.16) return `COPY ${parent}${flags}${d.pick(SOURCES)} ${d.chance(0.15) ? `/opt/f${id}` : to}`;
  if (r < 0.3) return `COPY ${parent}${flags}${d.pick(TREES)} ${d.chance(0.15) ? `/opt/t${id}` : to}`;
  if (r < 0.38) return `COPY ${parent}${flags}${d.pick(GLOBS)} ${to}`;
  if (r < 0.42) return `COPY ${flags}${d.pick(SOURCES)} ${d.pick(SOURCES)} ${d.pick(TREES)} ${to}`;
  if (r < 0.45) return `COPY ${parent}${flags}. ${to}`;
  if (r < 0.47) return `COPY ${flags}["we ird", "${to}"]`;
  if (r < 0.49)
    return `COPY --parents ${flags}${d.pick(['src/./deep/c', './src/a', 'src/**/*.md', 'src/*/./er'])} ${to}`;
  if (r < 0.53) return `ADD ${flags}${d.pick([...SOURCES, ...TREES])} ${to}`;
  if (r < 0.56) return `ADD ${link}${owner}${d.pick(['', '--unpack=false ', '--unpack=true '])}pack.tar ${to}`;
  if (r < 0.585) return `ADD ${link}${owner}${HTTP}t.txt ${to}`;
  if (r < 0.625)
    return `ADD ${link}${d.pick(['', '--keep-git-dir=true ', '--exclude=sub/z '])}${GIT}r.git#main${d.pick(['', ':sub'])} /git${id}/`;
  if (r < 0.68)
    return d.pick([
      `COPY ${link}${owner}${mode}<<f ${to}\ntext ${id} $V\nf`,
      `COPY ${link}<<"f" ${to}\ntext $V\nf`,
      `COPY ${link}<<f <<-g ${to}\nf\nf\n\tg ${id}\n\tg`,
      `COPY ${link}a <<f ${to}\ntext\nf`,
    ]);
  if (r < 0.88 && parents.length > 0) {
    const from = d.pick(parents).name;
    return `COPY ${flags}--from=${from} ${d.pick(['/out/', '/out/o', '/out', '/out/*', 'out/o', '/o*t'])} ${to}`;
  }
  if (r < 0.92)
    return `COPY ${link}${owner}--from=${d.pick([ALPINE, DEBIAN])} ${d.pick(['/etc/os-release', '/etc/group'])} ${to}`;
  if (r < 0.97) return `COPY ${parent}${flags}--from=extra ${d.pick(['m', 'o', '.', '*', 'o/p'])} ${to}`;
  return `COPY ${link}--from=img /etc/passwd ${to}`;
}

// ------------------------------------------------------------------ edits

type Edit = (d: Dice, drawn: Drawn, mark: string) => Drawn | undefined;

/** One random edit; `mark` makes what it writes new. */
function edit(d: Dice, drawn: Drawn, mark: string): Drawn {
  for (let tries = 0; tries < 12; tries++) {
    const next = d.pick(EDITS)(d, drawn, mark);
    if (next) return next;
  }
  return labelled(drawn, 'nothing', {});
}

function labelled({ draft, step }: Drawn, label: string, change: Partial<Step>): Drawn {
  return { draft, step: { ...step, ...change, label: step.label ? `${step.label}, ${label}` : label } };
}

/** Puts, or with `undefined` removes, files of the context. */
function put(drawn: Drawn, label: string, changes: Record<string, Entry | undefined>): Drawn {
  const files = { ...drawn.step.files };
  for (const [path, entry] of Object.entries(changes))
    if (entry === undefined) delete files[path];
    else files[path] = entry;
  return labelled(drawn, label, { files });
}

/** Changes an instruction that `test` finds; the change gives the new text, or nothing to remove it. */
function rewrite(
  d: Dice,
  drawn: Drawn,
  label: string,
  test: RegExp,
  change: (line: string) => string | undefined,
): Drawn | undefined {
  const found = drawn.draft.stages.flatMap((stage, s) =>
    stage.lines.flatMap((line, i) => (test.test(line) ? [{ s, i }] : [])),
  );
  if (found.length === 0) return undefined;
  const { s, i } = d.pick(found);
  const draft = copyOf(drawn.draft);
  const lines = (draft.stages[s] as DraftStage).lines;
  const now = change(lines[i] as string);
  lines.splice(i, 1, ...(now === undefined ? [] : [now]));
  return labelled({ ...drawn, draft }, `${label} in stage ${s}`, {});
}

const textIn = (entry: Entry | undefined): string =>
  typeof entry === 'string' ? entry : entry && 'text' in entry ? entry.text : '';
const plainFiles = (files: Step['files']): string[] =>
  Object.keys(files).filter(
    (path) => !path.startsWith('.') && (typeof files[path] === 'string' || 'text' in (files[path] as object)),
  );
/** One of the files, more likely one that the text names. */
function file(d: Dice, { draft, step }: Drawn): string {
  const all = plainFiles(step.files);
  const text = textOf(draft);
  const named = all.filter((path) => text.includes(path) || text.includes(path.split('/')[0] as string));
  return d.pick(named.length > 0 && d.chance(0.8) ? named : all);
}

const content: Edit = (d, drawn, mark) => {
  const path = file(d, drawn);
  const entry = drawn.step.files[path];
  const mode = typeof entry === 'object' && 'mode' in entry ? entry.mode : undefined;
  return put(drawn, `file ${path}`, { [path]: mode ? { text: `${path} ${mark}\n`, mode } : `${path} ${mark}\n` });
};
const base: Edit = (d, drawn) => {
  const draft = copyOf(drawn.draft);
  const { from } = d.pick(draft.stages);
  const twin = TWINS[from];
  if (!twin) return undefined;
  const some = d.chance(0.5);
  for (const stage of draft.stages) if (stage.from === from && (some || d.chance(0.6))) stage.from = twin;
  return labelled({ ...drawn, draft }, `base ${from}`, {});
};
const run: Edit = (d, drawn, mark) => rewrite(d, drawn, 'RUN', /^RUN [^<[]*$/, (line) => `${line} # ${mark}`);
const insert: Edit = (d, drawn, mark) => {
  const draft = copyOf(drawn.draft);
  const stage = d.pick(draft.stages);
  const parents = draft.stages.slice(0, draft.stages.indexOf(stage));
  const bare = stage.bare || stage.from === 'acme/runtime:1';
  const text = d.chance(0.4) && !bare ? `RUN : ${mark}` : instruction(d, `n${mark}`, { ...stage, bare }, parents);
  // What needs more than the step has would not build.
  if (/=(extra|img)|id=s|127\.0\.0\.1/.test(text)) return undefined;
  stage.lines.splice(d.int(0, stage.lines.length), 0, text);
  return labelled({ ...drawn, draft }, `${text.split('\n')[0]} inserted`, {});
};

const EDITS: Edit[] = [
  content,
  content,
  content,
  content,
  base,
  base,
  base,
  run,
  run,
  run,
  insert,
  insert,
  insert,
  (d, drawn) => {
    const path = file(d, drawn);
    const entry = drawn.step.files[path];
    const mode = typeof entry === 'object' && 'mode' in entry && entry.mode ? { mode: entry.mode } : {};
    return put(drawn, `touch ${path}`, { [path]: { text: textIn(entry), ...mode, mtime: 1_720_000_000 } });
  },
  (d, drawn) => {
    const path = file(d, drawn);
    const entry = drawn.step.files[path];
    const was = typeof entry === 'object' && 'mode' in entry ? entry.mode : undefined;
    const mode = d.pick(['0755', '0600', '0644', '0711'].filter((m) => m !== (was ?? '0644')));
    return put(drawn, `mode of ${path}`, { [path]: { text: textIn(entry), mode } });
  },
  (d, drawn) => {
    const path = d.pick(['src/deep', 'conf', 'dir/empty', 'src/deep/er']);
    if (path !== 'dir/empty' && !Object.keys(drawn.step.files).some((p) => p.startsWith(`${path}/`))) return undefined;
    return put(drawn, `mode of ${path}`, { [path]: { dir: true, mode: d.pick(['0700', '0750']) } });
  },
  (d, drawn, mark) => {
    const path = d.pick(
      ['src/new.md', 'conf/new.conf', 'src/deep/new', 'new', 'dir/new', 'src/deep/er/new'].map((p) => p),
    );
    return path in drawn.step.files ? undefined : put(drawn, `new file ${path}`, { [path]: `${mark}\n` });
  },
  (d, drawn) => {
    const path = d.pick(['src/b.md', 'src/deep/er/d', 'conf/y.conf', 'dir/one', 'src/c.md', 'lnk/gone']);
    return path in drawn.step.files ? put(drawn, `${path} deleted`, { [path]: undefined }) : undefined;
  },
  (d, drawn) => {
    const path = d.pick(['src/b.md', 'src/deep/er/d', 'conf/y.conf', 'dir/one', 'src/c.md']);
    const entry = drawn.step.files[path];
    return entry ? put(drawn, `${path} renamed`, { [path]: undefined, [`${path}2`]: entry }) : undefined;
  },
  (d, drawn) => {
    const path = d.pick(['lnk/file', 'lnk/tree', 'lnk/abs', 'lnk/gone']);
    const symlink = {
      'lnk/file': ['../b', '../same', '/a'],
      'lnk/tree': ['../src/.', '../conf'],
      'lnk/abs': ['/conf/y.conf'],
    }[path] ?? ['else'];
    return put(drawn, `target of ${path}`, { [path]: { symlink: d.pick(symlink) } });
  },
  (d, drawn) => {
    const path = d.pick(['src/b.md', 'conf/y.conf', 'dir/one']);
    const now: Entry = d.pick([{ symlink: '/a' }, { dir: true }]);
    return path in drawn.step.files ? put(drawn, `${path} of another kind`, { [path]: now }) : undefined;
  },
  (d, drawn) => {
    const now = d.pick(IGNORES);
    const was = textIn(drawn.step.files['.dockerignore']);
    return d.chance(0.25) && was
      ? put(drawn, 'no .dockerignore', { '.dockerignore': undefined })
      : put(drawn, '.dockerignore', { '.dockerignore': now });
  },
  (d, drawn) => {
    const path = 'pack.tar';
    return put(drawn, path, { [path]: { tar: { p: d.pick(['p changed\n', 'p\n']), 'q/s': 's\n' } } });
  },
  (d, drawn, mark) => {
    const name = d.pick(['m', 'o/p', 'o/new', 'n']);
    const { contexts } = drawn.step;
    if (!contexts) return undefined;
    return labelled(drawn, `file ${name} of extra`, {
      contexts: { extra: { ...contexts.extra, [name]: `${mark}\n` } },
    });
  },
  (d, drawn) => {
    const opts = drawn.step.opts ?? {};
    const was = opts['context:img'];
    if (!was) return undefined;
    const now = d.pick([ALPINE, ALPINE_NEXT, DEBIAN, DEBIAN_NEXT]);
    return labelled(drawn, `context img is ${now}`, { opts: { ...opts, 'context:img': `docker-image://${now}` } });
  },
  (_, drawn, mark) =>
    drawn.step.served ? labelled(drawn, 'download', { served: { 't.txt': `${mark}\n` } }) : undefined,
  (d, drawn, mark) => {
    const path = d.pick(['x', 'sub/y', 'sub/new']);
    const { repos } = drawn.step;
    if (!repos) return undefined;
    return labelled(drawn, `${path} of the repository`, { repos: { r: { ...repos.r, [path]: `${mark}\n` } } });
  },
  (_, drawn, mark) => (drawn.step.secrets ? labelled(drawn, 'secret', { secrets: { s: `${mark}\n` } }) : undefined),
  (d, drawn) => {
    const from = d.pick([ALPINE, DEBIAN]);
    const tags = drawn.step.tags ?? {};
    if (!textOf(drawn.draft).includes(from)) return undefined;
    const { [from]: was, ...rest } = tags;
    return labelled(drawn, `tag ${from} moved`, { tags: was ? rest : { ...tags, [from]: TWINS[from] as string } });
  },
  (d, drawn, mark) =>
    rewrite(d, drawn, '--link', /^(COPY|ADD) (?!.*--chmod)/, (line) =>
      line.includes('--link ') ? line.replace('--link ', '') : line.replace(/^(COPY|ADD) /, '$1 --link '),
    ) ?? content(d, drawn, mark),
  (d, drawn) => rewrite(d, drawn, 'destination', /^(COPY|ADD) (?!.*<<)(?!.*\]).*\/$/, (line) => `${line}moved/`),
  (d, drawn) =>
    rewrite(d, drawn, 'owner', /^(COPY|ADD) (?!.*--chown)/, (line) => line.replace(/^(COPY|ADD) /, '$1 --chown=7:7 ')),
  (d, drawn) =>
    rewrite(d, drawn, 'source', /^COPY .*\ba \//, (line) => line.replace(/\ba \//, d.pick(['b /', 'same /']))),
  (d, drawn) =>
    rewrite(d, drawn, 'excluded', /^(COPY|ADD) .*--exclude/, (line) =>
      line.replace(/--exclude=\S+ /, d.pick(['', '--exclude=x* '])),
    ),
  (d, drawn, mark) => rewrite(d, drawn, 'heredoc', /<<-?"?f/, (line) => line.replace(/\nf\b/, `\nmore ${mark}\nf`)),
  (d, drawn, mark) => rewrite(d, drawn, 'ENV', /^ENV/, (line) => `${line}${mark}`),
  (d, drawn) => rewrite(d, drawn, 'ENV gone', /^ENV/, () => undefined),
  (d, drawn, mark) => rewrite(d, drawn, 'ARG', /^ARG \w+=/, (line) => `${line}${mark}`),
  (d, drawn) => rewrite(d, drawn, 'ARG gone', /^ARG/, () => undefined),
  (d, drawn, mark) => {
    const names = [...textOf(drawn.draft).matchAll(/^ARG (?!BASE)(\w+)/gm)].map((m) => m[1] as string);
    const name = d.pick([...names, 'V', 'UNDECLARED', 'HTTP_PROXY']);
    const value = d.pick([mark, '', 'given']);
    return labelled(drawn, `argument ${name}`, { opts: { ...drawn.step.opts, [`build-arg:${name}`]: value } });
  },
  (d, drawn) => rewrite(d, drawn, 'WORKDIR', /^WORKDIR/, (line) => `${line}${d.pick(['/more', 'x'])}`),
  (d, drawn) => {
    const draft = copyOf(drawn.draft);
    const stage = d.pick(draft.stages);
    stage.lines.splice(
      d.int(0, 1),
      0,
      d.pick(['USER 1500', 'USER root', 'WORKDIR /tmp/n', 'ARG V', 'SHELL ["/bin/sh", "-ec"]']),
    );
    if (stage.lines.some((line) => line.startsWith('USER 1500')))
      stage.lines = stage.lines.map((line) =>
        line.startsWith('RUN mkdir -p') ? line.replace('RUN ', 'RUN true || ') : line,
      );
    return labelled({ ...drawn, draft }, `${stage.lines[0]} in stage ${draft.stages.indexOf(stage)}`, {});
  },
  (d, drawn) =>
    rewrite(d, drawn, 'mounted', /--mount=type=(bind|cache)/, (line) =>
      line.replace(/--mount=\S+ /, d.pick(['', '--mount=type=tmpfs,target=/m0 ', '--mount=target=/m0 '])),
    ),
  (d, drawn) => rewrite(d, drawn, 'line gone', /^(RUN (?!mkdir)|LABEL|CMD|WORKDIR|COPY (?!.*\/out))/, () => undefined),
  (d, drawn) => {
    const draft = copyOf(drawn.draft);
    const { lines } = d.pick(draft.stages);
    const at = d.int(0, lines.length - 2);
    if (lines.length < 3 || at < 0) return undefined;
    const pair = lines.slice(at, at + 2) as [string, string];
    if (pair[0] === pair[1] || pair.some((line) => /^(ARG|USER)/.test(line))) return undefined;
    lines.splice(at, 2, pair[1], pair[0]);
    return labelled({ ...drawn, draft }, 'two lines swapped', {});
  },
  (d, drawn) => {
    const names = drawn.draft.stages.map((stage) => stage.name).filter(Boolean);
    if (names.length === 0) return undefined;
    const { target: was, ...opts } = drawn.step.opts ?? {};
    return labelled(drawn, 'target', { opts: was === undefined ? { ...opts, target: d.pick(names) } : opts });
  },
  (d, drawn) => {
    const names = drawn.draft.stages.map((stage) => stage.name).filter(Boolean);
    const { 'no-cache': was, ...opts } = drawn.step.opts ?? {};
    const which = names.length > 0 && d.chance(0.7) ? d.pick(names) : '';
    return labelled(drawn, was === undefined ? `no-cache ${which}` : 'cache again', {
      opts: was === undefined ? { ...opts, 'no-cache': which } : opts,
    });
  },
  (d, drawn) => {
    const [key, value] = d.pick([
      ['add-hosts', 'here=127.0.0.1'],
      ['add-hosts', 'here=127.0.0.2'],
      ['shm-size', '2000000'],
      ['ulimit', 'nofile=1024:1024'],
      ['hostname', 'h'],
      ['label:x', 'y'],
      ['build-arg:SOURCE_DATE_EPOCH', '1700000000'],
      ['force-network-mode', 'none'],
    ] as const);
    return labelled(drawn, `${key}=${value}`, { opts: { ...drawn.step.opts, [key]: value } });
  },
  (d, drawn, mark) => {
    const draft = copyOf(drawn.draft);
    const at = d.int(0, 1);
    if (at) (draft.stages[0] as DraftStage).lines.unshift(`# ${mark}`);
    else draft.globals.unshift(`# ${mark}`);
    return labelled({ ...drawn, draft }, 'comment', {});
  },
  (_, drawn) => labelled(drawn, 'nothing', {}),
];
