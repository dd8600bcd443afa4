// What BuildKit's client makes of the paths that a build reads: links on the way are followed, so that both the link and what it
// leads to are sent (fsutil's FollowLinks).
import { hasWildcards, matchPath } from '../go/match.ts';
import { base, clean, dir, join } from '../go/path.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { indexOf, kinds, type Listing } from './listing.ts';

export interface Followed {
  /** Include patterns for the paths; undefined where everything is meant. */
  readonly patterns: readonly string[] | undefined;
  /** Why BuildKit's client gives up. */
  readonly error: string | undefined;
}

export function followLinks(listing: Listing, paths: readonly string[]): Followed {
  const resolved = new Set<string>();
  // No stack: chains of links may be longer than the host's.
  const todo = [...paths].reverse();
  for (let given = todo.pop(); given !== undefined; given = todo.pop()) {
    let rest = join('.', given);
    let current = '.';
    for (;;) {
      const slash = rest.indexOf('/');
      current = join(current, slash < 0 ? rest : rest.slice(0, slash));
      rest = slash < 0 ? '' : rest.slice(slash + 1);
      const targets = targetsOf(listing, current, true);
      if (typeof targets === 'string') return { patterns: [], error: targets };
      if ((rest === '' || targets.length > 0) && resolved.has(current)) break;
      if (targets.length > 0) {
        resolved.add(current);
        for (const target of targets.reverse()) todo.push(join(target, rest));
        break;
      }
      if (rest === '') {
        resolved.add(current);
        break;
      }
    }
  }
  return { patterns: withoutInner([...resolved].sort(compareUtf8)), error: undefined };
}

/** Where a link leads, as an absolute path of the context; for a name with wildcards, where all that it matches do. Or an error. */
function targetsOf(listing: Listing, path: string, wildcards: boolean): string[] | string {
  const index = indexOf(listing);
  const name = base(path);
  if (wildcards && hasWildcards(name)) {
    const parent = dir(path);
    const at = parent === '.' || parent === '/' ? -1 : index.find(parent);
    if (at < 0 && parent !== '.' && parent !== '/') return [];
    if (listing.unreadable.has(at)) return `readdir: open ${parent}: permission denied`;
    const found: string[] = [];
    for (const child of index.children(at)) {
      const own = base(listing.paths[child] as string);
      if (matchPath(name, own) === true) found.push(...(targetsOf(listing, join(parent, own), false) as string[]));
    }
    return found;
  }
  const at = index.find(path);
  if (at < 0) {
    const closed = index.find(dir(path));
    return listing.unreadable.has(closed) ? `lstat ${path}: permission denied` : [];
  }
  if (listing.kinds[at] !== kinds.link) return [];
  const link = clean(listing.links.get(at) ?? '');
  return [link.startsWith('/') ? link : join('/', dir(path), link)];
}

/** Without what is inside another path of the sorted list; undefined where the context itself is among them. */
function withoutInner(sorted: readonly string[]): string[] | undefined {
  const kept: string[] = [];
  let last = '';
  for (const path of sorted) {
    if (path === '.') return undefined;
    if (path.startsWith(`${last}/`)) continue;
    kept.push(path);
    last = path;
  }
  return kept;
}
