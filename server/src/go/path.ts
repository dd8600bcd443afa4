// Go's package path: slash-separated paths, whatever the host.

/** path.Clean. */
export function clean(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 1 && (path.charCodeAt(end - 1) === slash || path.endsWith('/.', end))) end--;
  const bare = path.slice(0, end);
  if (isClean(bare)) return bare;
  const rooted = path.charCodeAt(0) === slash;
  const kept: string[] = [];
  let up = 0;
  for (const element of path.split('/')) {
    if (element === '' || element === '.') continue;
    if (element !== '..') kept.push(element);
    else if (kept.length > up) kept.pop();
    else if (!rooted) {
      kept.push('..');
      up++;
    }
  }
  if (rooted) return `/${kept.join('/')}`;
  return kept.length === 0 ? '.' : kept.join('/');
}

/** path.Join: the elements that are not empty, joined and cleaned; `` where all are empty. */
export function join(...elements: readonly string[]): string {
  let joined = '';
  for (const element of elements) {
    if (element === '') continue;
    if (joined === '' || (joined === '/' && isAbs(element))) joined = element;
    else joined += joined.endsWith('/') || isAbs(element) ? element : `/${element}`;
  }
  return joined === '' ? '' : clean(joined);
}

/** path.Base: the last element; `.` for ``, `/` for slashes only. */
export function base(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === slash) end--;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** path.Dir: all but the last element, cleaned. */
export function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

/** path.IsAbs. */
export function isAbs(path: string): boolean {
  return path.charCodeAt(0) === slash;
}

const slash = 0x2f;

/** True for most clean paths: no empty element, none that starts with a dot, no slash at the end. */
function isClean(path: string): boolean {
  let previous = slash;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (previous === slash && (code === 0x2e || (code === slash && i > 0))) return false;
    previous = code;
  }
  return previous !== slash || path.length === 1;
}
