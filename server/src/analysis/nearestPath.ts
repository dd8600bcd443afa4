// The path of a build context that somebody most likely meant who wrote one that is not there.
import { indexOf, kinds, type Listing } from '../context/listing.ts';
import { distance } from '../dockerfile/suggest.ts';

/** Characters of a name for each that may be wrong: in shorter ones another name is as likely. */
const perMistake = 3;
/** Where files of others lie, that nobody means. */
const others = /(^|\/)(node_modules|\.git|vendor|\.venv|venv|site-packages)\//;
/** Names of one directory beyond which none is looked for. */
const mostNames = 2000;

/**
 * `path` and the answer: slash-separated, clean, without a slash in front. Each part of the path that is not there is taken for the
 * nearest name in its directory; where there is none, a file of the same name elsewhere is meant, if there is only one.
 * `visible`: what is sent. Undefined where nothing is near.
 */
export function nearestPath(listing: Listing, visible: Uint8Array, path: string): string | undefined {
  return mended(listing, visible, path) ?? elsewhere(listing, visible, path);
}

function mended(listing: Listing, visible: Uint8Array, path: string): string | undefined {
  const index = indexOf(listing);
  const parts = path.split('/');
  let at = -1;
  for (const [i, part] of parts.entries()) {
    const inner = i < parts.length - 1;
    const below = at < 0 ? '' : `${listing.paths[at]}/`;
    const exact = index.find(below + part);
    if (exact >= 0 && visible[exact] === 1 && (!inner || listing.kinds[exact] === kinds.directory)) {
      at = exact;
      continue;
    }
    const names = index
      .children(at)
      .filter((child) => visible[child] === 1 && (!inner || listing.kinds[child] === kinds.directory));
    if (names.length > mostNames) return undefined;
    const near = nearest(
      part,
      names.map((child) => (listing.paths[child] as string).slice(below.length)),
    );
    if (near === undefined) return undefined;
    at = index.find(below + near);
  }
  return listing.paths[at];
}

/** Another case before another spelling; undefined where two are equally near. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const folded = names.filter((other) => other.toLowerCase() === name.toLowerCase());
  if (folded.length > 0) return folded.length === 1 ? folded[0] : undefined;
  const most = Math.min(2, Math.floor(name.length / perMistake));
  let best: string | undefined;
  let fewest = most + 1;
  for (const other of names) {
    if (Math.abs(other.length - name.length) > most) continue;
    const mistakes = distance(name, other);
    if (mistakes > most || mistakes > fewest) continue;
    best = mistakes === fewest ? undefined : other;
    fewest = mistakes;
  }
  return best;
}

function elsewhere(listing: Listing, visible: Uint8Array, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  let found: string | undefined;
  for (const [i, other] of listing.paths.entries()) {
    if (visible[i] !== 1 || listing.kinds[i] === kinds.directory) continue;
    if ((other !== name && !other.endsWith(`/${name}`)) || others.test(other)) continue;
    if (found !== undefined) return undefined;
    found = other;
  }
  return found;
}
