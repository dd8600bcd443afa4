// Sample graphs for the tests of the view: a small language of builds that yields a consistent text and BuildGraph.
import type { BuildGraph, GraphEdge, GraphStage, GraphVertex, VertexKind } from '../../../shared/src/graph.ts';

/** A step of a sample stage. `from` names a stage or an image; without it files come from the context. */
export type Step =
  | { readonly run: string; readonly mounts?: readonly Mount[] }
  | {
      readonly copy: readonly string[];
      readonly to: string;
      readonly from?: string;
      readonly link?: boolean;
      readonly add?: boolean;
    }
  | { readonly config: string }
  | { readonly workdir: string };

export interface Mount {
  readonly type: 'bind' | 'cache' | 'secret';
  readonly from?: string;
  readonly target: string;
}

export interface SampleStage {
  readonly from: string;
  readonly as?: string;
  readonly steps: readonly Step[];
}

export interface SampleOptions {
  readonly metaArgs?: readonly string[];
  /** Titles of vertices whose digests hang on something unknown. */
  readonly provisionalFrom?: string;
  readonly problem?: { readonly line: string; readonly message: string };
}

/** 64 hexadecimal digits that depend on every character: a stand-in for a digest. */
export function fakeDigest(text: string): string {
  let out = 'sha256:';
  for (let round = 0; round < 8; round++) {
    let hash = (0x811c9dc5 ^ (round * 0x9e3779b1)) >>> 0;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
    hash = (hash ^ (hash >>> 13)) >>> 0;
    out += hash.toString(16).padStart(8, '0');
  }
  return out;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Draft {
  readonly graph: {
    stages: Mutable<GraphStage>[];
    vertices: Mutable<GraphVertex>[];
    instructions: {
      index: number;
      keyword: string;
      text: string;
      lines: [number, number];
      span: { start: number; end: number };
      stage: number;
      vertices: number[];
      dependsOn: string[];
      hangsOnParent: boolean;
      problem: string;
    }[];
  };
  text: string;
  line: number;
  readonly byDigest: Map<string, number>;
}

/** The text of a sample and its graph; the last stage is the target. */
export function sample(
  stages: readonly SampleStage[],
  options: SampleOptions = {},
): { text: string; graph: BuildGraph } {
  const draft: Draft = {
    graph: { stages: [], vertices: [], instructions: [] },
    text: '',
    line: 1,
    byDigest: new Map(),
  };
  const outputs: number[] = [];
  const byName = new Map<string, number>();
  const hidden: { name: string; instruction: number; stage: number }[] = [];
  for (const arg of options.metaArgs ?? []) addLine(draft, 'ARG', `ARG ${arg}`, -1);
  for (const [index, stage] of stages.entries()) {
    const words = `FROM ${stage.from}${stage.as ? ` AS ${stage.as}` : ''}`;
    if (index > 0) addBlank(draft);
    const from = addLine(draft, 'FROM', words, index);
    const baseStage = byName.get(stage.from) ?? -1;
    const kind = stage.from === 'scratch' ? 'scratch' : baseStage >= 0 ? 'stage' : 'image';
    draft.graph.stages.push({
      index,
      name: stage.as ?? '',
      title: stage.as ?? `stage ${index}`,
      base: { kind, name: stage.from, stage: baseStage },
      platform: 'linux/amd64',
      lines: from.lines,
      span: from.span,
      reachable: false,
      hidden: false,
      instruction: from.index,
    });
    let current = -1;
    if (kind === 'image') {
      current = addVertex(draft, `${index}`, {
        kind: 'image',
        title: stage.from,
        name: `[${stage.as ?? `stage-${index}`} 1/${stage.steps.length + 1}] FROM docker.io/library/${stage.from}`,
        stage: index,
        instruction: from.index,
        inputs: [],
        details: [['ref', `docker.io/library/${stage.from}`]],
      });
      from.vertices.push(current);
    } else if (kind === 'stage') {
      current = outputs[baseStage] ?? -1;
    }
    from.dependsOn.push(`base ${stage.from}`);
    let part = 0;
    for (const step of stage.steps) {
      const base: GraphEdge[] = current < 0 ? [] : [{ vertex: current, role: 'base', paths: [] }];
      const key = `${index}:${part++}`;
      if ('config' in step) {
        addLine(draft, step.config.split(' ')[0] ?? '', step.config, index);
        continue;
      }
      if ('workdir' in step) {
        const line = addLine(draft, 'WORKDIR', `WORKDIR ${step.workdir}`, index);
        current = addVertex(draft, key, {
          kind: 'file',
          title: `WORKDIR ${step.workdir}`,
          name: `WORKDIR ${step.workdir}`,
          stage: index,
          instruction: line.index,
          inputs: base,
          details: [['mkdir', step.workdir]],
        });
        line.vertices.push(current);
        line.dependsOn.push(`base ${stage.from}`);
        continue;
      }
      if ('run' in step) {
        const flags = (step.mounts ?? []).map(
          (mount) =>
            `--mount=type=${mount.type},target=${mount.target}${mount.from ? `,from=${mount.from}` : ''}${mount.type === 'bind' && !mount.from ? ',source=.' : ''} `,
        );
        const line = addLine(draft, 'RUN', `RUN ${flags.join('')}${step.run}`, index);
        const inputs = [...base];
        for (const mount of step.mounts ?? []) {
          if (mount.type !== 'bind') continue;
          inputs.push({ vertex: source(mount.from, [], line, index), role: 'mount', paths: [mount.target] });
        }
        current = addVertex(draft, key, {
          kind: 'exec',
          title: `RUN ${step.run}`,
          name: `RUN ${step.run}`,
          stage: index,
          instruction: line.index,
          inputs,
          details: [
            ['args', `/bin/sh -c ${step.run}`],
            ['cwd', '/app'],
            ['env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
            ...(step.mounts ?? []).map((mount): [string, string] => ['mount', `${mount.type} ${mount.target}`]),
          ],
        });
        line.vertices.push(current);
        line.dependsOn.push(`base ${stage.from}`, ...(step.mounts ?? []).map((mount) => `mount ${mount.target}`));
        continue;
      }
      const keyword = step.add ? 'ADD' : 'COPY';
      const flags = `${step.link ? '--link ' : ''}${step.from ? `--from=${step.from} ` : ''}`;
      const line = addLine(draft, keyword, `${keyword} ${flags}${step.copy.join(' ')} ${step.to}`, index);
      const url = step.add && step.copy[0]?.startsWith('https://') ? step.copy[0] : '';
      const origin = url
        ? addVertex(draft, key, urlVertex(url, index, line.index))
        : source(step.from, step.copy, line, index);
      if (url) line.vertices.push(origin);
      const files: GraphEdge = { vertex: origin, role: 'copy', paths: step.copy };
      const title = `${keyword} ${step.copy.join(' ')} -> ${step.to}`;
      const copied = addVertex(draft, `${key}:copy`, {
        kind: 'file',
        title,
        name: `${keyword} ${flags}${step.copy.join(' ')} ${step.to}`,
        stage: index,
        instruction: line.index,
        inputs: step.link ? [files] : [...base, files],
        details: [
          ['copy', `${step.copy.join(' ')} -> ${step.to}`],
          ['link', step.link ? 'yes' : 'no'],
        ],
      });
      line.vertices.push(copied);
      line.dependsOn.push(step.from ? `stage ${step.from}` : `context ${step.copy.join(' ')}`);
      line.hangsOnParent = !step.link;
      current = copied;
      if (step.link && base.length > 0) {
        current = addVertex(draft, `${key}:merge`, {
          kind: 'merge',
          title: 'merge',
          name: `[${stage.as ?? `stage-${index}`}] merge`,
          stage: index,
          instruction: line.index,
          inputs: [...base, { vertex: copied, role: 'layer', paths: [] }],
          details: [],
        });
        line.vertices.push(current);
      }
    }
    outputs.push(current);
    if (stage.as) byName.set(stage.as, index);
  }
  for (const { name, instruction, stage } of hidden) {
    const line = draft.graph.instructions[instruction]!;
    draft.graph.stages[stage] = {
      index: stage,
      name: '',
      title: name,
      base: { kind: 'image', name, stage: -1 },
      platform: 'linux/amd64',
      lines: line.lines,
      span: line.span,
      reachable: false,
      hidden: true,
      instruction,
    };
  }
  markReachable(outputs[stages.length - 1] ?? -1);
  if (options.provisionalFrom) markProvisional(options.provisionalFrom);
  const bad = draft.graph.instructions.find((line) => options.problem && line.text.startsWith(options.problem.line));
  if (bad && options.problem) {
    bad.problem = options.problem.message;
    for (const vertex of draft.graph.vertices) if (vertex.instruction > bad.index) vertex.uncertain = true;
  }
  const graph: BuildGraph = {
    version: 1,
    file: 'Dockerfile',
    platform: 'linux/amd64',
    target: stages.length - 1,
    head: draft.graph.vertices[outputs[stages.length - 1] ?? -1]?.digest ?? '',
    stages: draft.graph.stages,
    vertices: draft.graph.vertices,
    instructions: draft.graph.instructions,
    missing: [],
    problems:
      bad && options.problem
        ? [{ message: options.problem.message, span: bad.span, lines: [bad.lines], code: 'Sample' }]
        : [],
  };
  return { text: draft.text, graph };

  /** The vertex that files or mounts come from: a stage's output, an image of its own, or the context. */
  function source(name: string | undefined, paths: readonly string[], line: { index: number }, stage: number): number {
    if (name === undefined) {
      return addVertex(draft, 'context', {
        kind: 'local',
        title: 'build context',
        name: '[internal] load build context',
        stage: -1,
        instruction: -1,
        inputs: [],
        details: [['followpaths', paths.join(', ')]],
      });
    }
    const known = byName.get(name);
    if (known !== undefined && known !== stage) return outputs[known] ?? -1;
    const existing = hidden.find((entry) => entry.name === name);
    const index = existing?.stage ?? stages.length + hidden.length;
    if (!existing) hidden.push({ name, instruction: line.index, stage: index });
    return addVertex(draft, `hidden:${name}`, {
      kind: 'image',
      title: name,
      name: `FROM docker.io/library/${name}`,
      stage: index,
      instruction: line.index,
      inputs: [],
      details: [['ref', `docker.io/library/${name}`]],
    });
  }

  function markReachable(head: number): void {
    const stack = head < 0 ? [] : [head];
    while (stack.length > 0) {
      const vertex = draft.graph.vertices[stack.pop()!]!;
      if (vertex.reachable) continue;
      vertex.reachable = true;
      const stage = draft.graph.stages[vertex.stage];
      if (stage) stage.reachable = true;
      stack.push(...vertex.inputs.map((input) => input.vertex));
    }
    const target = draft.graph.stages[stages.length - 1];
    if (target) target.reachable = true;
    for (const stage of [...draft.graph.stages].reverse()) {
      if (stage.reachable && stage.base.stage >= 0) draft.graph.stages[stage.base.stage]!.reachable = true;
    }
  }

  function markProvisional(title: string): void {
    for (const vertex of draft.graph.vertices) {
      vertex.provisional =
        vertex.title === title || vertex.inputs.some((input) => draft.graph.vertices[input.vertex]?.provisional);
    }
  }
}

function addLine(draft: Draft, keyword: string, text: string, stage: number) {
  const start = draft.text.length;
  const end = start + text.length;
  const last = draft.line + text.split('\n').length - 1;
  const line = {
    index: draft.graph.instructions.length,
    keyword,
    text,
    lines: [draft.line, last] as [number, number],
    span: { start, end },
    stage,
    vertices: [] as number[],
    dependsOn: [] as string[],
    hangsOnParent: true,
    problem: '',
  };
  draft.text += `${text}\n`;
  draft.line = last + 1;
  draft.graph.instructions.push(line);
  return line;
}

function addBlank(draft: Draft): void {
  draft.text += '\n';
  draft.line++;
}

type VertexSeed = Pick<GraphVertex, 'kind' | 'title' | 'name' | 'stage' | 'instruction' | 'inputs' | 'details'>;

function addVertex(draft: Draft, key: string, seed: VertexSeed): number {
  const digest = fakeDigest(
    JSON.stringify([
      seed.kind,
      seed.title,
      seed.inputs.map((input) => [draft.graph.vertices[input.vertex]?.digest, input.role]),
    ]),
  );
  const known = draft.byDigest.get(digest);
  if (known !== undefined) return known;
  const index = draft.graph.vertices.length;
  draft.byDigest.set(digest, index);
  draft.graph.vertices.push({
    ...seed,
    index,
    digest,
    key,
    provisional: false,
    uncertain: false,
    reachable: false,
    ignoreCache: false,
  });
  return index;
}

function urlVertex(url: string, stage: number, instruction: number): VertexSeed {
  const kind: VertexKind = url.endsWith('.git') ? 'git' : 'http';
  return { kind, title: url, name: url, stage, instruction, inputs: [], details: [['url', url]] };
}

/** Depot's pair: one copy onto alpine. */
export const depot = (link: boolean) => sample([{ from: 'alpine', steps: [{ copy: ['/dir1'], to: '/dir1', link }] }]);

/** Docker's example: config and app from two stages onto a base. */
export const twoCopies = (link: boolean, base = 'alpine:3.14') =>
  sample([
    { from: 'node:20', as: 'config', steps: [{ workdir: '/config' }, { run: 'node make-config.js > app.conf' }] },
    {
      from: 'golang:1.22',
      as: 'app',
      steps: [{ workdir: '/src' }, { copy: ['.'], to: '.' }, { run: 'go build -o /out/app ./cmd/app' }],
    },
    {
      from: base,
      steps: [
        { copy: ['/config/app.conf'], to: '/etc/app.conf', from: 'config', link },
        { copy: ['/out/app'], to: '/usr/bin/app', from: 'app', link },
        { config: 'ENTRYPOINT ["app"]' },
      ],
    },
  ]);

/** A web service with everything in it: mounts, linked copies, a hidden image, a URL, an unreachable stage. */
export const service = (options: SampleOptions = {}, extra: readonly Step[] = []) =>
  sample(
    [
      {
        from: 'node:22-bookworm',
        as: 'deps',
        steps: [
          { workdir: '/app' },
          { copy: ['package.json', 'package-lock.json'], to: './' },
          { run: 'npm ci', mounts: [{ type: 'cache', target: '/root/.npm' }] },
        ],
      },
      {
        from: 'deps',
        as: 'build',
        steps: [
          { config: 'ENV NODE_ENV=production' },
          { copy: ['src/'], to: '/app/src/' },
          ...extra,
          {
            run: 'npm run build -- --minify --sourcemap --out-dir dist',
            mounts: [{ type: 'bind', target: '/cfg' }],
          },
        ],
      },
      {
        from: 'deps',
        as: 'test',
        steps: [{ copy: ['.'], to: '.' }, { run: 'npm test' }],
      },
      {
        from: 'golang:1.24',
        as: 'health',
        steps: [
          { copy: ['healthcheck.go'], to: '/src/' },
          { run: 'CGO_ENABLED=0 go build -o /healthcheck /src/healthcheck.go' },
        ],
      },
      {
        from: 'debian:12-slim',
        as: 'final',
        steps: [
          { run: 'apt-get update && apt-get install -y --no-install-recommends ca-certificates tini' },
          { copy: ['/healthcheck'], to: '/usr/bin/', from: 'health', link: true },
          { copy: ['/app/dist'], to: '/srv/www/', from: 'build', link: true },
          { copy: ['/usr/bin/caddy'], to: '/usr/bin/caddy', from: 'caddy:2', link: true },
          { copy: ['https://example.org/geo.db'], to: '/srv/geo.db', add: true },
          { copy: ['entrypoint.sh'], to: '/entrypoint.sh' },
          { config: 'EXPOSE 8080' },
          { config: 'ENTRYPOINT ["tini", "--", "/entrypoint.sh"]' },
        ],
      },
    ],
    { metaArgs: ['VERSION=1.0'], ...options },
  );

/** A graph of about `count` vertices, the same for the same seed. */
export function generated(count: number, seed = 1): { text: string; graph: BuildGraph } {
  let state = seed >>> 0;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
  const stages: SampleStage[] = [];
  let vertices = 0;
  while (vertices < count) {
    const n = stages.length;
    const earlier = () => `stage${random(n)}`;
    const from = n > 0 && random(3) === 0 ? earlier() : `image${random(30)}:${random(9)}`;
    const steps: Step[] = [];
    const length = Math.min(5 + random(25), count - vertices);
    for (let i = 0; i < length; i++) {
      const dice = random(10);
      if (dice < 4) {
        steps.push({
          run: `make part-${n}-${i} TARGET=${'x'.repeat(random(40))}`,
          mounts: n > 0 && random(5) === 0 ? [{ type: 'bind', from: earlier(), target: '/mnt' }] : [],
        });
      } else if (dice < 6) steps.push({ copy: [`dir${i}/`], to: `/app/${n}/${i}/`, link: random(2) === 0 });
      else if (dice < 8 && n > 0) {
        steps.push({ copy: ['/out'], to: `/in/${i}`, from: earlier(), link: random(2) === 0 });
      } else if (dice < 9) steps.push({ config: `ENV A${i}=${n}` });
      else steps.push({ workdir: `/w/${n}/${i}` });
    }
    vertices += length + 1;
    stages.push({ from, as: `stage${n}`, steps });
  }
  return sample(stages);
}
