// Everything on the page around the picture, as data: toolbar, banner, card, outline, legend and keys.
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { ExportFormat, GraphMode, Status } from '../../shared/src/graphView.ts';
import type { Drawn, DrawnNode } from './model.ts';
import { type Element, element, isCopy, isSourceShape, type Mark, markWords, roleWords, sayStatus } from './scene.ts';
import { outline as shapePath } from './shapes.ts';
import { changeAt, describe, nameOf } from './speech.ts';
import { neighbours } from './walk.ts';
import { printable } from './words.ts';

/** Anything that can be clicked carries `data-do`, and `data-with` where it needs to say with what. */
export type Attributes = Record<string, string>;

function h(
  tag: string,
  attributes: Attributes = {},
  children: readonly (Element | undefined)[] | string = [],
): Element {
  if (typeof children === 'string') return { tag, attributes, children: [], text: printable(children) };
  return { tag, attributes, children: children.filter((child) => child !== undefined) };
}

function button(label: string, action: string, more: Attributes = {}): Element {
  return h('button', { type: 'button', 'data-do': action, ...more }, label);
}

const modes: readonly (readonly [GraphMode, string, string])[] = [
  ['instructions', 'Lines', 'One node for each line of the file'],
  ['operations', 'Operations', 'LLB as it is: one node for each vertex'],
  ['stages', 'Stages', 'One node for each stage'],
];

export interface ToolbarState {
  readonly mode: GraphMode;
  readonly pinned: boolean;
  readonly outline: boolean;
  readonly legend: boolean;
  readonly menu: '' | 'export' | 'compare';
  /** The editor is at the other end. */
  readonly connected: boolean;
  readonly searching: boolean;
  readonly found: string;
}

const exports: readonly (readonly [ExportFormat, string, boolean])[] = [
  ['svg', 'SVG picture', true],
  ['png', 'PNG picture', true],
  ['html', 'HTML page', false],
  ['dot', 'DOT (Graphviz)', false],
  ['mermaid', 'Mermaid', false],
  ['json', 'JSON', true],
];

export function toolbar(state: ToolbarState): Element {
  const toggle = (label: string, action: string, on: boolean, title: string) =>
    button(label, action, { 'aria-pressed': String(on), title });
  return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Graph' }, [
    h(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'One node for each' },
      modes.map(([mode, label, title]) =>
        button(label, 'mode', {
          'data-with': mode,
          'aria-pressed': String(mode === state.mode),
          title: `${title} (M)`,
        }),
      ),
    ),
    h('div', { class: 'group', role: 'group', 'aria-label': 'Zoom' }, [
      button('−', 'zoomOut', { 'aria-label': 'Zoom out', title: 'Zoom out (−)' }),
      button('+', 'zoomIn', { 'aria-label': 'Zoom in', title: 'Zoom in (+)' }),
      button('Fit', 'fit', { title: 'Show all (0)' }),
    ]),
    h('div', { class: 'search', role: 'search' }, [
      h('input', {
        type: 'text',
        id: 'search',
        'aria-label': 'Search nodes',
        placeholder: 'Search  /',
        autocomplete: 'off',
        spellcheck: 'false',
        maxlength: '200',
      }),
      h('span', { class: 'found', 'aria-hidden': 'true' }, state.found),
    ]),
    h('div', { class: 'group last' }, [
      toggle('Outline', 'outline', state.outline, 'The graph as a tree (T)'),
      toggle('Key', 'legend', state.legend, 'What shapes, lines and patterns mean (?)'),
      state.connected
        ? toggle('Pin', 'pin', state.pinned, 'Stay with this file instead of following the editor (P)')
        : undefined,
      state.connected
        ? menu('Compare', 'compare', state.menu === 'compare', [
            ['disk', 'With the file on disk'],
            ['head', 'With git HEAD'],
            ['choose', 'With another file or revision…'],
          ])
        : undefined,
      menu(
        'Export',
        'export',
        state.menu === 'export',
        exports.filter(([, , alone]) => alone || state.connected).map(([format, label]) => [format, label]),
      ),
    ]),
  ]);
}

function menu(label: string, name: string, open: boolean, items: readonly (readonly [string, string])[]): Element {
  return h('div', { class: 'menu' }, [
    button(label, 'menu', {
      'data-with': name,
      'aria-haspopup': 'menu',
      'aria-expanded': String(open),
      id: `menu-${name}`,
    }),
    h(
      'div',
      { role: 'menu', 'aria-labelledby': `menu-${name}`, class: 'items', ...(open ? {} : { hidden: '' }) },
      items.map(([value, text]) => button(text, name, { role: 'menuitem', tabindex: '-1', 'data-with': value })),
    ),
  ]);
}

export interface BannerState {
  readonly title: string;
  /** `3 run again, 4 reused`. */
  readonly text: string;
  readonly notes: readonly string[];
  /** Offers to write or remove `--link`; the index of the instruction. */
  readonly apply?: { readonly instruction: number; readonly link: boolean };
}

export function banner(state: BannerState | undefined): Element {
  if (!state) return h('div', { class: 'banner', hidden: '' });
  return h('div', { class: 'banner', role: 'region', 'aria-label': 'What if' }, [
    h('div', { class: 'says' }, [
      h('strong', {}, state.title),
      h('span', {}, state.text),
      ...state.notes.map((note) => h('span', { class: 'note' }, note)),
    ]),
    h('div', { class: 'acts' }, [
      state.apply
        ? button(state.apply.link ? 'Apply --link' : 'Remove --link', 'applyLink', {
            class: 'primary',
            'data-with': String(state.apply.instruction),
          })
        : undefined,
      button('Close', 'close', { title: 'Back to the plain picture (Escape)' }),
    ]),
  ]);
}

export interface CardState {
  readonly graph: BuildGraph;
  readonly drawn: Drawn;
  readonly index: number;
  readonly status: Status | undefined;
  readonly mark: Mark | undefined;
  readonly reason: string;
  readonly connected: boolean;
  /** The node belongs to the text in the editor, not to an older one beside it. */
  readonly current: boolean;
}

export function card(state: CardState | undefined): Element {
  if (!state) return h('section', { class: 'card', hidden: '' });
  const { graph, drawn, index } = state;
  const node = drawn.nodes[index]!;
  const vertex = graph.vertices[node.vertices.at(-1) ?? -1];
  const instruction = graph.instructions[node.instruction];
  const { needs, users } = neighbours(drawn);
  const link = (i: number, role: string) =>
    h('li', {}, [
      button(nameOf(graph, drawn.nodes[i]!), 'goTo', { 'data-with': String(i), class: 'ref' }),
      h('span', { class: 'role' }, role),
    ]);
  const list = (label: string, items: readonly Element[]) =>
    items.length === 0 ? [] : [h('dt', {}, label), h('dd', {}, [h('ul', {}, items)])];
  const fact = (label: string, value: string) => (value === '' ? [] : [h('dt', {}, label), h('dd', {}, value)]);
  const change = changeAt(graph, node);
  const act = state.connected && state.current;
  return h('section', { class: 'card', 'aria-label': 'Details', tabindex: '0' }, [
    h('h2', {}, node.shape === 'join' ? `merge (line ${instruction?.lines[0] ?? '?'})` : node.title),
    state.status || state.mark
      ? h('p', { class: `verdict ${state.status ?? state.mark}` }, [
          h('strong', {}, state.status ? sayStatus(node, state.status) : markWords[state.mark!]),
          state.reason === '' ? undefined : h('span', {}, ` — ${state.reason}`),
        ])
      : undefined,
    node.problem === '' ? undefined : h('p', { class: 'problem' }, node.problem),
    node.uncertain ? h('p', {}, 'Uncertain: BuildKit stops before it comes here.') : undefined,
    node.provisional ? h('p', {}, 'Provisional: the digest may change when what is missing is known.') : undefined,
    node.reachable ? undefined : h('p', {}, 'The target does not need this.'),
    node.shape === 'config' ? h('p', {}, 'Changes only the configuration: makes no vertex.') : undefined,
    node.linked && node.shape === 'step'
      ? h('p', {}, 'Linked: a layer of its own, which hangs on nothing but its source.')
      : undefined,
    h('dl', {}, [
      ...fact('Op', vertex ? `${vertex.kind}${vertex.ignoreCache ? ', without cache' : ''}` : ''),
      ...fact('BuildKit says', vertex && vertex.name !== node.title ? vertex.name : ''),
      ...list(
        'Needs',
        needs[index]!.map((edge) => link(drawn.edges[edge]!.from, roleWords[drawn.edges[edge]!.role])),
      ),
      ...list(
        'Used by',
        users[index]!.map((edge) => link(drawn.edges[edge]!.to, roleWords[drawn.edges[edge]!.role])),
      ),
      ...(vertex?.details ?? []).flatMap(([label, value]) => fact(label, value)),
      ...(vertex
        ? [
            h('dt', {}, 'Digest'),
            h('dd', { class: 'digest' }, [
              h('code', {}, `${node.provisional ? '≈ ' : ''}${vertex.digest}`),
              button('Copy', 'copy', { 'data-with': vertex.digest, 'aria-label': 'Copy the digest' }),
            ]),
          ]
        : []),
    ]),
    h('div', { class: 'acts' }, [
      instruction && act ? button(`Go to line ${instruction.lines[0]}`, 'jump', { title: 'Enter' }) : undefined,
      change && act
        ? button(isSourceShape(node) ? 'What if it changes?' : 'What if this line changes?', 'whatIf', { title: 'C' })
        : undefined,
      isCopy(node) && act
        ? button(node.linked ? 'Compare without --link' : 'Compare with --link', 'compareLink', { title: 'L' })
        : undefined,
    ]),
  ]);
}

/** The tree twin: what the picture shows, for reading and for the keyboard. */
export function outlineTree(
  graph: BuildGraph,
  drawn: Drawn,
  selected: number,
  closed: ReadonlySet<string>,
  statusOf: (node: number) => Status | undefined,
  markOf: (node: number) => Mark | undefined,
): Element {
  const byLane = new Map<number, number[]>();
  for (const [i, node] of drawn.nodes.entries()) {
    const list = byLane.get(node.lane);
    if (list) list.push(i);
    else byLane.set(node.lane, [i]);
  }
  // Flat, with levels: the words of an item are then its name, for eyes and ears alike.
  let focusable = true;
  const place = (wanted: boolean) => {
    const tabindex = wanted && focusable ? '0' : '-1';
    if (tabindex === '0') focusable = false;
    return tabindex;
  };
  const item = (index: number, level: number, at: number, of: number): Element => {
    const node = drawn.nodes[index]!;
    const status = statusOf(index);
    const mark = markOf(index);
    return {
      ...h(
        'li',
        {
          role: 'treeitem',
          'aria-level': String(level),
          'aria-posinset': String(at + 1),
          'aria-setsize': String(of),
          'aria-selected': String(index === selected),
          tabindex: place(index === selected || (selected < 0 && level === 1)),
          'data-node': String(index),
          class: `level-${level}${node.reachable ? '' : ' unreachable'}`,
        },
        [
          h('span', { class: 'words' }, nameOf(graph, node)),
          status ? h('span', { class: `pill ${status}` }, sayStatus(node, status)) : undefined,
          mark ? h('span', { class: `pill ${mark}` }, markWords[mark]) : undefined,
          h('span', { class: 'sr-only' }, `. ${describe(graph, drawn, index)}`),
        ],
      ),
      key: `${node.key} node`,
    };
  };
  const loose = byLane.get(-1) ?? [];
  const count = loose.length + drawn.lanes.length;
  const items = loose.map((index, i) => item(index, 1, i, count));
  for (const [i, lane] of drawn.lanes.entries()) {
    const open = !closed.has(lane.key);
    const remark = lane.target ? ', target' : lane.reachable ? '' : ', not needed by the target';
    const members = byLane.get(i) ?? [];
    items.push({
      ...h(
        'li',
        {
          role: 'treeitem',
          'aria-level': '1',
          'aria-posinset': String(loose.length + i + 1),
          'aria-setsize': String(count),
          'aria-expanded': String(open),
          tabindex: place(selected < 0 || (!open && members.includes(selected))),
          'data-lane': String(i),
          class: 'level-1',
        },
        [
          h('span', { class: 'sr-only' }, 'Stage '),
          h('span', { class: 'words lane-words' }, `${lane.title}${remark}`),
          h('span', { class: 'sr-only' }, `, ${members.length} ${members.length === 1 ? 'node' : 'nodes'}`),
        ],
      ),
      key: `${lane.key} lane`,
    });
    if (open) items.push(...members.map((index, at) => item(index, 2, at, members.length)));
  }
  return h('ul', { role: 'tree', 'aria-label': 'Build graph', class: 'tree' }, items);
}

/** What shapes, lines and patterns mean, and the keys. */
export function legend(open: boolean, id: string): Element {
  if (!open) return h('section', { class: 'legend', hidden: '' });
  const swatch = (children: readonly Element[], width = 34, height = 18): Element => ({
    ...element(
      'svg',
      {
        class: 'picture swatch',
        width: String(width),
        height: String(height),
        viewBox: `-3 -4 ${width + 6} ${height + 8}`,
        'aria-hidden': 'true',
      },
      children,
    ),
  });
  const shape = (name: DrawnNode['shape'], look: string, words: string) =>
    h('li', {}, [
      swatch([
        element('g', { class: `node ${look}` }, [element('path', { class: 'shape', d: shapePath(name, 34, 18) })]),
      ]),
      h('span', {}, words),
    ]);
  const line = (role: 'base' | 'copy' | 'mount' | 'layer', words: string) =>
    h('li', {}, [
      swatch([element('path', { class: `edge ${role}`, d: 'M0 9H26', 'marker-end': `url(#${id}-${role})` })]),
      h('span', {}, words),
    ]);
  const pattern = (status: Status, words: string) =>
    h('li', {}, [
      swatch([
        element('g', { class: `node ${status}` }, [
          element('path', { class: 'shape', d: shapePath('step', 34, 18) }),
          ...(status === 'reused'
            ? []
            : [element('rect', { x: '24', y: '2', width: '8', height: '14', fill: `url(#${id}-fill-${status})` })]),
        ]),
      ]),
      h('span', {}, words),
    ]);
  const key = (keys: string, words: string) => h('li', {}, [h('kbd', {}, keys), h('span', {}, words)]);
  return h('section', { class: 'legend', 'aria-label': 'Key', tabindex: '0' }, [
    h('h2', {}, 'Shapes'),
    h('ul', {}, [
      shape('image', 'image', 'image'),
      shape('context', 'context', 'build context'),
      shape('git', 'git', 'git repository'),
      shape('url', 'url', 'URL'),
      shape('step', '', 'a step'),
      shape('argument', 'argument', 'build argument'),
      shape('join', 'join', 'MergeOp: joins layers without looking at them'),
      shape('config', 'config', 'configuration only'),
      shape('step', 'provisional', 'digest provisional'),
    ]),
    h('h2', {}, 'Lines, from what is needed to what needs it'),
    h('ul', {}, [
      line('base', 'base: the file system it works on'),
      line('copy', 'copy: files taken from there'),
      line('mount', 'mount: seen while it runs'),
      line('layer', 'layer: the linked copy that is joined'),
    ]),
    h('h2', {}, 'What if'),
    h('ul', {}, [
      pattern('runs', 'runs again'),
      pattern('runs-if-content-differs', 'runs again only if its content differs'),
      pattern('relinked', 're-linked: joined anew, nothing runs'),
      pattern('reused', 'reused from the cache'),
    ]),
    h('h2', {}, 'Keys'),
    h('ul', { class: 'keys' }, [
      key('↑ ↓ ← →', 'follow the edges'),
      key('Enter', 'go to the line'),
      key('/', 'search, Enter for the next'),
      key('+ − 0', 'zoom, show all'),
      key('C', 'what if this changes'),
      key('L', 'with or without --link'),
      key('M T P', 'mode, outline, pin'),
      key('Escape', 'back to the plain picture'),
    ]),
  ]);
}

/** What BuildKit refuses, where it does. */
export function problemsNote(problems: BuildGraph['problems']): Element {
  const problem = problems[0];
  if (!problem) return h('div', { class: 'problems', hidden: '' });
  const line = problem.lines[0]?.[0];
  const count = problems.length;
  return h('div', { class: 'problems' }, [
    h('strong', {}, count === 1 ? 'BuildKit refuses this file' : `BuildKit refuses this file (${count} problems)`),
    h('span', {}, `${line === undefined ? '' : `line ${line}: `}${problem.message}`),
  ]);
}
