// What the page always has: a heading, a place for each part of the view, and the voice for those who do not see it.
import { syncChildren } from './dom.ts';
import type { Element } from './scene.ts';

export interface Skeleton {
  readonly main: HTMLElement;
  readonly heading: HTMLElement;
  /** The bars above everything. */
  readonly top: HTMLElement;
  /** Outline, pictures and what floats over them; hidden where there is no graph. */
  readonly middle: HTMLElement;
  /** The outline. */
  readonly side: HTMLElement;
  readonly panesRoot: HTMLElement;
  readonly floating: HTMLElement;
  /** Why there is no graph. */
  readonly empty: HTMLElement;
  /** Makes the children of a place what is given, touching only what is other than before. */
  paint(place: HTMLElement, elements: readonly Element[]): void;
  /** Has a screen reader say this. */
  say(...sentences: readonly string[]): void;
}

export function createSkeleton(body: HTMLElement): Skeleton {
  const make = (tag: string, className: string): HTMLElement => {
    const element = document.createElement(tag);
    element.className = className;
    return element;
  };
  const main = make('main', 'view');
  const heading = make('h1', 'sr-only');
  const top = make('div', '');
  const middle = make('div', 'middle');
  const side = make('nav', 'outline');
  side.setAttribute('aria-label', 'Outline');
  const panesRoot = make('div', 'panes');
  const floating = make('div', 'floating');
  const empty = make('p', 'empty');
  const live = make('div', 'sr-only');
  live.setAttribute('role', 'status');
  live.setAttribute('aria-live', 'polite');
  const hint = make('div', 'sr-only');
  hint.id = 'keys-hint';
  hint.textContent =
    'Arrow keys follow the edges, Enter goes to the line, slash searches, T opens the outline, question mark lists all keys.';
  middle.append(side, panesRoot, floating);
  main.append(heading, top, middle, empty, live, hint);
  body.append(main);

  const painted = new Map<HTMLElement, readonly Element[]>();
  return {
    ...{ main, heading, top, middle, side, panesRoot, floating, empty },
    paint(place, elements) {
      syncChildren(place, painted.get(place) ?? [], elements);
      painted.set(place, elements);
    },
    say(...sentences) {
      const text = sentences.filter((sentence) => sentence !== '').join(' ');
      // The same words twice are said twice.
      live.textContent = live.textContent === text ? `${text}\u00a0` : text;
    },
  };
}
