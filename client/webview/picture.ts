// One picture on the page: draws a layout, pans and zooms it, and says what the pointer does with its nodes.
import { bounded, type Camera, fitsReadably, fitTo, hold, reveal, type Size, startAt, zoomAt } from './camera.ts';
import { syncChildren } from './dom.ts';
import type { Box, Layout } from './layout.ts';
import { drawMinimap } from './minimap.ts';
import type { Element, Extent, Overlay } from './scene.ts';
import { scene } from './scene.ts';

export interface PictureEvents {
  select(node: number, action: 'none' | 'whatIf' | 'link' | 'jump'): void;
  /** -1: the pointer is on no node. */
  hover(node: number): void;
  key(event: KeyboardEvent): void;
  /** The picture has the keyboard now; by the pointer, or by the keyboard itself. */
  focus(byPointer: boolean): void;
}

export interface Picture {
  readonly root: HTMLElement;
  /**
   * Draws; returns how many changes to the page it took. `anchor` is the node that must not move on the screen, `frame`
   * what is fitted instead of the layout's own size: pictures side by side share a scale. `home` are the nodes that a
   * picture is about which can't be read as a whole: it begins with them, and where it was before comes back when they go.
   */
  show(layout: Layout, overlay: Overlay, anchor?: string, frame?: Size, home?: readonly number[]): number;
  /** The node is in the right half of what is seen. */
  isAtRight(node: number): boolean;
  /** So small and so large a picture that its words are left out. */
  readonly plain: boolean;
  zoom(factor: number): void;
  fit(): void;
  /** Moves just as far as it takes to see the node. */
  reveal(node: number): void;
  describe(label: string): void;
  focus(): void;
}

/** Below this zoom the small words are left out. */
const far = 0.42;
/** Of pictures with more nodes only what is near the pane is drawn, and no words below this zoom. */
const large = 400;
const plainBelow = 0.2;
/** In pixels, at either side of a lane that is moved into sight. */
const laneMargin = 8;

export function createPicture(id: string, events: PictureEvents): Picture {
  const root = document.createElement('div');
  root.className = 'pane';
  const stage = document.createElement('div');
  stage.className = 'canvas';
  stage.tabIndex = 0;
  stage.setAttribute('role', 'application');
  stage.setAttribute('aria-roledescription', 'graph');
  stage.setAttribute('aria-describedby', 'keys-hint');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'picture');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  // The picture is as large as the pane, and what is in it moves: no layer as large as the whole graph is ever made.
  const moved = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  moved.setAttribute('class', 'moved');
  svg.append(moved);
  stage.append(svg);
  const map = document.createElement('canvas');
  map.className = 'minimap';
  map.setAttribute('aria-hidden', 'true');
  map.hidden = true;
  root.append(stage, map);

  let painted: readonly Element[] = [];
  let layout: Layout | undefined;
  let overlay: Overlay = {};
  let frame: Size | undefined;
  let drawn: Extent | undefined;
  let camera: Camera = { x: 0, y: 0, scale: 1 };
  /** The user has not moved the camera yet: it may go on fitting by itself. */
  let untouched = true;
  let home: readonly number[] = [];
  /** Where the picture was before it was about something. */
  let kept: { readonly camera: Camera; readonly untouched: boolean } | undefined;
  let mapUnits: { scale: number } | undefined;

  const pane = () => ({ width: stage.clientWidth, height: stage.clientHeight });
  const moveTo = (next: Camera) => {
    if (!layout) return;
    camera = bounded(next, layout, pane());
    moved.setAttribute('transform', `translate(${camera.x} ${camera.y}) scale(${camera.scale})`);
    svg.classList.toggle('far', camera.scale < far);
    svg.classList.toggle('plain', camera.scale < plainBelow);
    if (drawn !== undefined && !suffices(drawn)) draw();
    drawMap();
  };
  /** What is drawn of a large picture: what is seen, and as much again on every side. */
  const extentNow = (): Extent | undefined => {
    if (!layout || layout.nodes.length <= large) return undefined;
    const { x, y, width, height } = visible();
    return {
      window: { x: x - width, y: y - height, width: width * 3, height: height * 3 },
      plain: camera.scale < plainBelow,
    };
  };
  const visible = (): Box => ({
    x: -camera.x / camera.scale,
    y: -camera.y / camera.scale,
    width: pane().width / camera.scale,
    height: pane().height / camera.scale,
  });
  const suffices = ({ window, plain }: Extent): boolean => {
    const { x, y, width, height } = visible();
    const inside =
      x >= window.x && y >= window.y && x + width <= window.x + window.width && y + height <= window.y + window.height;
    return inside && plain === camera.scale < plainBelow && width * 9 >= window.width;
  };
  const draw = (): number => {
    if (!layout) return 0;
    drawn = extentNow();
    const after = scene(layout, overlay, id, drawn);
    const changes = syncChildren(moved, painted, after);
    painted = after;
    return changes;
  };
  const drawMap = () => {
    if (!layout) return;
    const { width, height } = pane();
    const exceeds = layout.width * camera.scale > width * 1.4 || layout.height * camera.scale > height * 1.6;
    map.hidden = !exceeds || width < 320 || height < 260;
    if (!map.hidden) mapUnits = drawMinimap(map, layout, camera, pane(), overlay);
  };
  const start = (of: Layout): Camera => {
    const target = of.lanes[of.drawn.lanes.findIndex((lane) => lane.target)];
    const about = around(home.flatMap((node) => of.nodes[node] ?? []));
    const begun = startAt(frame ?? of, pane(), about ?? target ?? nowhere, frame !== undefined);
    return about ? reveal(begun, about, pane()) : begun;
  };
  const byHand = (next: Camera) => {
    untouched = false;
    moveTo(next);
  };

  let places: { readonly of: Layout; readonly map: ReadonlyMap<string, number> } | undefined;
  const indexOf = (key: string | undefined): number => {
    if (!layout || key === undefined) return -1;
    if (places?.of !== layout) {
      places = { of: layout, map: new Map(layout.drawn.nodes.map((node, i) => [node.key, i])) };
    }
    return places.map.get(key) ?? -1;
  };
  const nodeAt = (target: EventTarget | null): { index: number; action: 'none' | 'whatIf' | 'link' } => {
    const found = target instanceof Element_ ? target.closest('.nodes > .node') : null;
    const index = indexOf(found?.getAttribute('data-key') ?? undefined);
    const button = target instanceof Element_ ? target.closest('[data-action]')?.getAttribute('data-action') : null;
    return { index, action: button === 'whatIf' || button === 'link' ? button : 'none' };
  };

  let drag: { x: number; y: number; moved: boolean; pointer: number } | undefined;
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 && event.button !== 1) return;
    drag = { x: event.clientX, y: event.clientY, moved: false, pointer: event.pointerId };
  });
  stage.addEventListener('pointermove', (event) => {
    if (!drag) {
      events.hover(nodeAt(event.target).index);
      return;
    }
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
    if (!drag.moved) stage.setPointerCapture(drag.pointer);
    drag = { ...drag, x: event.clientX, y: event.clientY, moved: true };
    stage.classList.add('dragging');
    byHand({ ...camera, x: camera.x + dx, y: camera.y + dy });
  });
  const release = (event: PointerEvent) => {
    stage.classList.remove('dragging');
    const clicked = drag && !drag.moved && event.type === 'pointerup' && event.button === 0;
    drag = undefined;
    if (!clicked) return;
    const { index, action } = nodeAt(event.target);
    events.select(index, action);
  };
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointercancel', release);
  stage.addEventListener('pointerleave', () => events.hover(-1));
  stage.addEventListener('dblclick', (event) => {
    const { index, action } = nodeAt(event.target);
    if (index >= 0 && action === 'none') events.select(index, 'jump');
  });
  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? stage.clientHeight : 1;
      if (event.ctrlKey || event.metaKey) {
        const area = stage.getBoundingClientRect();
        const factor = Math.exp(-event.deltaY * unit * (Math.abs(event.deltaY) < 40 ? 0.01 : 0.0022));
        byHand(zoomAt(camera, factor, event.clientX - area.left, event.clientY - area.top));
      } else {
        const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
        byHand({ ...camera, x: camera.x - dx * unit, y: camera.y - dy * unit });
      }
    },
    { passive: false },
  );
  stage.addEventListener('keydown', (event) => events.key(event));
  stage.addEventListener('focus', () => events.focus(drag !== undefined));
  const fromMap = (event: PointerEvent) => {
    if (!mapUnits || event.buttons === 0) return;
    const area = map.getBoundingClientRect();
    const { width, height } = pane();
    const x = (event.clientX - area.left) / mapUnits.scale;
    const y = (event.clientY - area.top) / mapUnits.scale;
    byHand({ ...camera, x: width / 2 - x * camera.scale, y: height / 2 - y * camera.scale });
  };
  map.addEventListener('pointerdown', fromMap);
  map.addEventListener('pointermove', fromMap);
  new ResizeObserver(() => {
    if (!layout || stage.clientWidth === 0) return;
    moveTo(untouched ? start(layout) : camera);
  }).observe(stage);

  return {
    root,
    show(next, nextOverlay, anchor, nextFrame, nextHome = []) {
      const reframed = frame?.width !== nextFrame?.width || frame?.height !== nextFrame?.height;
      frame = nextFrame;
      const arrives = home.length === 0 && nextHome.length > 0;
      const leaves = home.length > 0 && nextHome.length === 0;
      home = nextHome;
      const before = layout;
      const first = before === undefined || before.drawn.mode !== next.drawn.mode;
      layout = next;
      overlay = nextOverlay;
      svg.classList.toggle('has-path', nextOverlay.path !== undefined);
      // First the camera, then the drawing: of a large picture only what is seen is drawn.
      drawn = undefined;
      if (before !== next) {
        const resized = before?.width !== next.width || before.height !== next.height;
        const fits = fitsReadably(frame ?? next, pane(), frame !== undefined);
        if (first || (untouched && ((resized && fits) || reframed))) {
          if (first) untouched = true;
          moveTo(start(next));
        } else if (before) {
          const held = anchorBoxes(before, next, anchor);
          moveTo(held ? hold(camera, held.before, held.after) : camera);
        }
      } else if (reframed && untouched) moveTo(start(next));
      if (arrives) {
        kept = before ? { camera, untouched } : undefined;
        untouched = true;
        moveTo(start(next));
      } else if (leaves && kept) {
        untouched = kept.untouched;
        moveTo(untouched ? start(next) : kept.camera);
        kept = undefined;
      } else drawMap();
      return draw();
    },
    get plain() {
      return drawn?.plain ?? false;
    },
    zoom(factor) {
      const { width, height } = pane();
      byHand(zoomAt(camera, factor, width / 2, height / 2));
    },
    fit() {
      if (!layout) return;
      untouched = true;
      moveTo(fitTo(frame ?? layout, pane()));
    },
    reveal(node) {
      const box = layout?.nodes[node];
      if (!box) return;
      const next = reveal(camera, box, pane());
      if (next.x === camera.x && next.y === camera.y) return;
      // All of its lane, where there is room: a node tells more with what it stands among.
      const lane = layout?.lanes[layout.drawn.nodes[node]!.lane];
      const fits = lane !== undefined && lane.width * camera.scale <= pane().width - 2 * laneMargin;
      byHand(fits ? { ...next, x: reveal(camera, { ...lane, y: box.y }, pane(), laneMargin).x } : next);
    },
    isAtRight(node) {
      const box = layout?.nodes[node];
      return box !== undefined && (box.x + box.width / 2) * camera.scale + camera.x > pane().width / 2;
    },
    describe(label) {
      if (stage.getAttribute('aria-label') !== label) stage.setAttribute('aria-label', label);
    },
    focus: () => stage.focus({ preventScroll: true }),
  };
}

const Element_ = globalThis.Element;
const nowhere: Box = { x: 0, y: 0, width: 0, height: 0 };

/** The box around boxes; undefined for none. */
function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The same node before and after an edit: the one asked for, else the topmost that both have. */
function anchorBoxes(before: Layout, after: Layout, key: string | undefined) {
  const places = new Map(after.drawn.nodes.map((node, i) => [node.key, i]));
  const wanted = key === undefined ? -1 : before.drawn.nodes.findIndex((node) => node.key === key);
  const from = wanted >= 0 && places.has(key!) ? wanted : before.drawn.nodes.findIndex((node) => places.has(node.key));
  const to = places.get(before.drawn.nodes[from]?.key ?? '');
  return to === undefined ? undefined : { before: before.nodes[from]!, after: after.nodes[to]! };
}
