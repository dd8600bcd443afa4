import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BuildGraph } from '../../shared/src/graph.ts';
import { inertJson, renderHtml, renderSvg } from './render.ts';
import { depot, sample, service } from './testing/sample.ts';
import { themes } from './theme.ts';

const hostile = '</text><script>alert(1)</script><img src=x onerror=alert(1)> " \' & ]]> \u202e <!-- ${1}';

/** The same graph with hostile words wherever a Dockerfile's author has a say. */
function poisoned(): BuildGraph {
  const { graph } = service();
  return {
    ...graph,
    file: hostile,
    stages: graph.stages.map((stage) => ({ ...stage, title: hostile, name: hostile })),
    vertices: graph.vertices.map((vertex) => ({
      ...vertex,
      title: `RUN ${hostile}`,
      name: hostile,
      key: hostile + vertex.index,
    })),
    instructions: graph.instructions.map((line) => ({
      ...line,
      text: `RUN ${hostile}`,
      problem: line.index % 3 === 0 ? hostile : '',
    })),
  };
}

/** Names of the elements of well-formed markup; throws where it is not. */
function elementsOf(markup: string): Map<string, number> {
  const names = new Map<string, number>();
  const open: string[] = [];
  const tag = /<(\/?)([A-Za-z]+)((?:\s+[A-Za-z][A-Za-z:-]*="[^"<]*")*)\s*(\/?)>|<|[^<]+/g;
  for (const [whole, close, name, , empty] of markup.matchAll(tag)) {
    if (name === undefined) {
      if (whole.startsWith('<')) throw new Error(`a stray < in ${markup.slice(0, 40)}`);
      if (/&(?!(amp|lt|gt|quot|#39);)/.test(whole)) throw new Error(`a stray & in ${whole}`);
      continue;
    }
    if (close) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another`);
      continue;
    }
    names.set(name, (names.get(name) ?? 0) + 1);
    if (!empty) open.push(name);
  }
  expect(open).toEqual([]);
  return names;
}

/** The drawing alone: its colours have a test of their own. */
const unstyled = (svg: string) => svg.replace(/<style>[^<]*<\/style>/, '').replaceAll('><', '>\n<');

describe('SVG', () => {
  test('of a linked copy', async () => {
    await expect(unstyled(renderSvg(depot(true).graph, 'instructions', 'light'))).toMatchFileSnapshot(
      'testing/linked.snap',
    );
  });

  test('of a plain copy', async () => {
    await expect(unstyled(renderSvg(depot(false).graph, 'instructions', 'light'))).toMatchFileSnapshot(
      'testing/plain.snap',
    );
  });

  test('of LLB as it is, with a problem and provisional digests', async () => {
    const { graph } = sample(
      [{ from: 'alpine', steps: [{ run: 'apk add curl' }, { copy: ['a'], to: '/b', link: true }, { run: 'late' }] }],
      { provisionalFrom: 'alpine', problem: { line: 'COPY', message: 'COPY refuses' } },
    );
    await expect(unstyled(renderSvg(graph, 'operations', 'dark'))).toMatchFileSnapshot('testing/operations.snap');
  });

  test.each(Object.keys(themes) as (keyof typeof themes)[])(
    'resolves every colour of %s, refers to nothing outside',
    (theme) => {
      const svg = renderSvg(service().graph, 'stages', theme);
      expect(svg).not.toMatch(/var\(|url\((?!#)|href|https?:\/\/(?!www\.w3\.org\/2000\/svg)(?!example\.org)/);
      expect(svg).toContain(themes[theme].foreground);
    },
  );

  test.each(['instructions', 'operations', 'stages'] as const)('hostile words stay words, by %s', (mode) => {
    const names = elementsOf(renderSvg(poisoned(), mode, 'light').replace(/<style>[^<]*<\/style>/, ''));
    const allowed = ['svg', 'title', 'rect', 'defs', 'marker', 'pattern', 'g', 'path', 'circle', 'text', 'tspan'];
    expect([...names.keys()].filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('HTML', () => {
  const bundle = 'const a = "</script>"; const b = "<!--";\r\nrun(a, b);';
  const html = renderHtml(poisoned(), bundle, 'a { color: red }\r\n/* </style> */');

  test('holds its two scripts and one style, whatever the graph says', () => {
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<\/style/g)).toHaveLength(1);
    expect(html).not.toContain('<!--');
  });

  test('allows by policy exactly what it holds', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(policy).toContain(`script-src '${hashOf(script)}'`);
    expect(policy).toContain(`style-src '${hashOf(style)}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(script).not.toContain('\r');
  });

  test('gives the graph back as it was', () => {
    const json = /id="graph">([\s\S]*?)<\/script>/.exec(html)![1]!;
    expect(json).not.toMatch(/[<>]/);
    expect(JSON.parse(json)).toEqual({ graph: poisoned(), mode: 'instructions' });
    expect(JSON.parse(inertJson({ a: '\u2028</script>&' }))).toEqual({ a: '\u2028</script>&' });
  });
});
