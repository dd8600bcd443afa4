// What lies over or stands beside the plain picture: one side for each graph that is shown, and the words of the banner.
import type { BuildGraph } from '../../shared/src/graph.ts';
import type {
  CompareMessage,
  ImpactMessage,
  LinkComparisonMessage,
  Outcome,
  Status,
} from '../../shared/src/graphView.ts';
import type { BannerState } from './chrome.ts';
import type { Drawn } from './model.ts';
import { isSourceShape, type Mark } from './scene.ts';
import { countStatuses, nodeStatuses } from './speech.ts';

export type Beside = ImpactMessage | LinkComparisonMessage | CompareMessage;

export interface Side {
  /** `` for the plain picture. */
  readonly title: string;
  readonly graph: BuildGraph;
  readonly statuses: Outcome['statuses'] | undefined;
  readonly reasons: Outcome['reasons'];
  /** By vertex. */
  readonly marks: ReadonlyMap<number, Mark> | undefined;
  /** It is of the text in the editor. */
  readonly current: boolean;
}

/** What each picture shows. */
export function sides(graph: BuildGraph, beside: Beside | undefined): readonly Side[] {
  const plain = { title: '', graph, statuses: undefined, reasons: {}, marks: undefined, current: true };
  if (!beside) return [plain];
  if (beside.type === 'impact') return [{ ...plain, statuses: beside.statuses, reasons: beside.reasons }];
  if (beside.type === 'linkComparison') {
    const linkSide = (title: string, side: LinkComparisonMessage['with'], current: boolean) => ({
      ...plain,
      title: `${title}${current ? ' (as it is)' : ''}: ${countStatuses(stepsOf(side))}`,
      graph: side.graph,
      statuses: side.statuses,
      reasons: side.reasons,
      current,
    });
    return [
      linkSide('Without --link', beside.without, !beside.linked),
      linkSide('With --link', beside.with, beside.linked),
    ];
  }
  const marks = (pairs: readonly (readonly [number, Mark])[]) => new Map(pairs);
  const { added, removed, rekeyed } = beside.changes;
  return [
    {
      ...plain,
      title: beside.title,
      graph: beside.before,
      marks: marks([
        ...removed.map((vertex) => [vertex, 'removed'] as const),
        ...rekeyed.map(([vertex]) => [vertex, 'rekeyed'] as const),
      ]),
      current: false,
    },
    {
      ...plain,
      title: 'Now',
      marks: marks([
        ...added.map((vertex) => [vertex, 'added'] as const),
        ...rekeyed.map(([, vertex]) => [vertex, 'rekeyed'] as const),
      ]),
    },
  ];
}

/** What happens to the steps of one side; sources are none. */
function stepsOf({ graph, statuses }: LinkComparisonMessage['with']): Status[] {
  const steps = graph.vertices.filter(({ kind }) => kind === 'exec' || kind === 'file' || kind === 'merge');
  return steps.flatMap(({ index }) => statuses[index] ?? []);
}

/** What the banner says of it; `drawn` is the first picture. */
export function bannerOf(beside: Beside, drawn: Drawn): BannerState {
  if (beside.type === 'impact') {
    // Sources are no steps: they are looked up, not run.
    const steps = [...nodeStatuses(drawn, beside.statuses)].filter(([node]) => !isSourceShape(drawn.nodes[node]!));
    const pulls = beside.pulls.length > 0 ? `must be pulled: ${beside.pulls.join(', ')}` : 'no base is pulled';
    return { title: beside.title, text: countStatuses(steps.map(([, status]) => status)), notes: [pulls] };
  }
  if (beside.type === 'compare') {
    const { added, removed, rekeyed } = beside.changes;
    const same = added.length + removed.length + rekeyed.length === 0;
    const counts = `${added.length} added, ${removed.length} removed, ${rekeyed.length} re-keyed`;
    return { title: `Compared with ${beside.title}`, text: same ? 'no vertex differs' : counts, notes: [] };
  }
  const { saved, instruction, linked, advice } = beside;
  const steps = Math.abs(saved) === 1 ? 'step' : 'steps';
  const verdict =
    saved > 0
      ? `--link saves ${saved} ${steps}`
      : saved < 0
        ? `--link costs ${-saved} ${steps}`
        : '--link saves nothing here';
  return {
    title: beside.title,
    text: verdict,
    notes: advice === '' ? [] : [advice],
    apply: { instruction, link: !linked },
  };
}
