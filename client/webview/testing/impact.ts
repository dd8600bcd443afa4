// A stand-in for the cache simulator: what a changed source makes of every vertex, by the plainest of rules.
import type { BuildGraph } from '../../../shared/src/graph.ts';
import type { Outcome, Status } from '../../../shared/src/graphView.ts';

/** A step whose input runs again runs again; a join is only linked anew. */
export function impactOf(graph: BuildGraph, changed: number): Outcome {
  const statuses: Record<string, Status> = {};
  const reasons: Record<string, string> = {};
  for (const vertex of graph.vertices) {
    const hit = vertex.inputs.find((input) => statuses[input.vertex] !== 'reused');
    const self = vertex.index === changed;
    statuses[vertex.index] = self
      ? 'runs'
      : !hit
        ? 'reused'
        : vertex.kind === 'merge'
          ? 'relinked'
          : hit.role === 'copy'
            ? 'runs-if-content-differs'
            : 'runs';
    reasons[vertex.index] = self
      ? 'It is what changes.'
      : hit
        ? `It hangs on ${graph.vertices[hit.vertex]!.title}.`
        : 'Nothing that it needs has changed.';
  }
  return { statuses, reasons };
}
