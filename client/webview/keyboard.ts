// The keys of the picture: from a key press to the name of what it does.

/** `go:` with a direction, or an action of the view; nothing for keys that are not the picture's. */
export function keyAction(event: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}

const actions: Readonly<Record<string, string | undefined>> = {
  ArrowUp: 'go:up',
  ArrowDown: 'go:down',
  ArrowLeft: 'go:left',
  ArrowRight: 'go:right',
  Home: 'go:first',
  End: 'go:last',
  Enter: 'jump',
  ' ': 'show',
  Escape: 'escape',
  '/': 'search',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  _: 'zoomOut',
  '0': 'fit',
  '?': 'legend',
  c: 'whatIf',
  l: 'compareLink',
  d: 'copyDigest',
  m: 'nextMode',
  p: 'pin',
  t: 'outline',
};
