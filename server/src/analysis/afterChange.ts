// What one changed step or source makes run again, without a comparison of keys.
import type { Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import type { Status } from './cacheBuilds.ts';
import { statusOf } from './cacheJudge.ts';
import { cacheKey, isDocuments } from './cacheKeys.ts';
import { isImage, isLocal, type Match, uncachedOf } from './cacheMatch.ts';

/**
 * What a build does not reuse once these vertices are others: another image or other files of a source, another op of anything else;
 * with nothing thrown away in between. The same as two builds in a row tell, but no keys are compared: what is found is told by what
 * stands on what, so that it takes a moment only.
 */
export function afterChange(
  analysis: Analysis,
  vertices: readonly Vertex[],
): ReadonlyMap<Vertex, Exclude<Status, 'reused'>> {
  const ops = new Set<string>();
  const sources = new Set<string>();
  for (const { op, digest } of vertices) {
    // What no target needs is not marshalled, and does not run.
    if (digest === '') continue;
    if (op.kind === 'source') sources.add(op.identifier);
    else ops.add(digest);
  }
  const statuses = new Map<Vertex, Exclude<Status, 'reused'>>();
  // By digest: two lines that come to the same op are two objects and one vertex.
  const known = new Map<string, 'no' | 'maybe'>();
  const uncached = uncachedOf(analysis);
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined) continue;
    const { op, digest } = vertex;
    // Where the bytes of a download are pinned, they are what the pin says.
    const changed =
      op.kind === 'source' ? sources.has(op.identifier) && !op.attrs.has('http.checksum') : ops.has(digest);
    const found = changed ? 'no' : known.size === 0 ? 'yes' : throughInputs(vertex, known);
    if (found !== 'yes') known.set(vertex.digest, found);
    // What may not use the cache runs, but makes what has the key that it had.
    const status = uncached.has(vertex.digest) ? 'no' : found;
    if (status !== 'yes' && !isLocal(vertex)) statuses.set(vertex, statusOf(vertex, status === 'maybe'));
  }
  return statuses;
}

/** What becomes of a vertex that is itself as it was. `known`: what does not stay, by digest. */
function throughInputs(vertex: Vertex, known: ReadonlyMap<string, 'no' | 'maybe'>): Match['known'] {
  if (!vertex.inputs.some((edge) => known.has(edge.vertex.digest))) return 'yes';
  let worst: Match['known'] = 'yes';
  for (const { edge, byContent } of cacheKey(vertex).inputs) {
    const found = known.get(edge.vertex.digest);
    if (found === undefined) continue;
    // Documents, and the files of a source that is not an image, are known, and others; what a step makes anew may be the same.
    const certain = isDocuments(edge.vertex.op) || (edge.vertex.op.kind === 'source' && !isImage(edge.vertex));
    if (byContent) worst = certain ? 'no' : 'maybe';
    else worst = found;
    if (worst === 'no') return 'no';
  }
  return worst;
}
