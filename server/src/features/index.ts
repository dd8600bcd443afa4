// The single list of what an editor can ask: a feature that stands here is offered, one that does not is not.
import { buildGraph } from '../analysis/graph.ts';
import { treeText } from '../analysis/graphFormats.ts';
import type { Features } from './feature.ts';

export const features: Features = {
  graph: buildGraph,
  graphText: (analysis) => treeText(buildGraph(analysis, analysis.options.filename)),
};
