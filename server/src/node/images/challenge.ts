// The WWW-Authenticate header: what a registry wants before it answers.

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The challenges of a header in order; what cannot be read is left out. */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; params: Record<string, string> }[] = [];
  let at = 0;
  const skip = (chars: string): void => {
    while (at < header.length && chars.includes(header[at] as string)) at++;
  };
  const word = (): string => {
    const start = at;
    while (at < header.length && !' \t,="'.includes(header[at] as string)) at++;
    return header.slice(start, at);
  };
  while (at < header.length) {
    skip(' \t,');
    const name = word();
    if (name === '') {
      at++;
      continue;
    }
    skip(' \t');
    const current = found[found.length - 1];
    if (header[at] !== '=') {
      found.push({ scheme: name.toLowerCase(), params: Object.create(null) as Record<string, string> });
      continue;
    }
    at++;
    skip(' \t');
    let value = '';
    if (header[at] === '"') {
      at++;
      while (at < header.length && header[at] !== '"') {
        if (header[at] === '\\' && at + 1 < header.length) at++;
        value += header[at++];
      }
      at++;
    } else value = word();
    if (current !== undefined) current.params[name.toLowerCase()] = value;
  }
  return found;
}
