// The single list of what an editor can ask: a feature that stands here is offered, one that does not is not.
import { buildGraph } from '../analysis/graph.ts';
import type { Features } from './feature.ts';

export const features: Features = {
  graph: buildGraph,
};
