// The view itself: what is shown, what the user does, and the messages to and from the editor.
import type { BuildGraph } from '../../shared/src/graph.ts';
import {
  compareGraphs,
  type ExportFormat,
  type FromGraphView,
  type GraphMode,
  type GraphViewState,
  type ToGraphView,
} from '../../shared/src/graphView.ts';
import { type BannerState, banner, card, legend, outlineTree, problemsNote, toolbar } from './chrome.ts';
import { keyAction } from './keyboard.ts';
import { layoutGraph } from './layout.ts';
import { describeNode, exported, homeOf, nodeOf, type Pane, reasonAt } from './pane.ts';
import { createPicture, type Picture } from './picture.ts';
import { isCopy, type Overlay } from './scene.ts';
import { type Beside, bannerOf, sides } from './sides.ts';
import { createSkeleton } from './skeleton.ts';
import { changeAt, nodeMarks, nodeStatuses } from './speech.ts';
import { focusItem, menuStep, treeStep } from './treeKeys.ts';
import { type Direction, pathOf, search, step } from './walk.ts';
import { printable } from './words.ts';

/** What is at the other end: the editor, or nothing but the browser. */
export interface Bridge {
  readonly connected: boolean;
  post(message: FromGraphView): void;
  save(state: GraphViewState): void;
}

/** A question to the editor, by the node it was asked at. */
interface Asked {
  readonly kind: 'whatIf' | 'link';
  readonly key: string;
  /** Index of the copy whose link was asked about, -1 for none. */
  readonly instruction: number;
}

export interface View {
  receive(message: ToGraphView): void;
  /** Changes to the picture that the last drawing took. */
  readonly lastChanges: number;
}

const marginOf = { margin: 24 } as const;

export function createView(body: HTMLElement, bridge: Bridge, initial: GraphViewState): View {
  let mode: GraphMode = initial.mode;
  let pinned = initial.pinned;
  let outlineOpen = initial.outline;
  let legendOpen = initial.legend;
  let menuOpen: '' | 'export' | 'compare' = '';
  let graph: BuildGraph | undefined;
  let graphJson = '';
  let beside: Beside | undefined;
  /** What was asked, to ask again when the text has changed. */
  let asked: Asked | undefined;
  let nothing = 'Open a Dockerfile to see its build graph.';
  let panes: Pane[] = [];
  let active = 0;
  let selectedKey: string | undefined;
  let lit = false;
  let hovered = -1;
  let hoveredPane = 0;
  let pointed = -1;
  let pointedPane = 0;
  let hovering: ReturnType<typeof setTimeout> | undefined;
  let cursor = -1;
  let query = '';
  let matches: readonly number[] = [];
  let matchAt = -1;
  const closed = new Set<string>();
  let outlineInputs: readonly unknown[] = [];
  let lastChanges = 0;

  const { main, heading, top, middle, side, panesRoot, floating, empty, paint, say } = createSkeleton(body);

  main.addEventListener('click', onClick);
  main.addEventListener('keydown', onKeyDown);
  main.addEventListener('input', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.id === 'search') runSearch(event.target.value);
  });
  side.addEventListener('focusin', (event) => {
    const index = treeIndex(event.target);
    if (index >= 0 && index !== selectedIndex()) choose(index, { lit: true, reveal: true });
  });
  document.addEventListener('pointerdown', (event) => {
    const inMenu = event.target instanceof globalThis.Element && event.target.closest('.menu');
    if (menuOpen !== '' && !inMenu) {
      menuOpen = '';
      drawChrome();
    }
  });

  if (initial.graph) receive({ type: 'graph', graph: initial.graph, pinned });
  else drawAll();
  return {
    receive,
    get lastChanges() {
      return lastChanges;
    },
  };

  function receive(message: ToGraphView): void {
    switch (message.type) {
      case 'graph': {
        const json = JSON.stringify(message.graph);
        const same = json === graphJson;
        if (same && pinned === message.pinned) return;
        pinned = message.pinned;
        if (!same) newGraph(message.graph, json);
        drawAll();
        save();
        return;
      }
      case 'nothing':
        graph = undefined;
        graphJson = '';
        beside = undefined;
        asked = undefined;
        selectedKey = undefined;
        lit = false;
        hovered = -1;
        cursor = -1;
        query = '';
        matches = [];
        if (searchField()) searchField()!.value = '';
        nothing = message.reason;
        drawAll();
        return;
      case 'cursor': {
        const next = instructionAt(message.offset);
        if (next === cursor) return;
        cursor = next;
        const node = nodeOfInstruction(next);
        const pane = currentPane();
        if (pane && node >= 0 && document.activeElement !== pane.picture.root.querySelector('.canvas')) {
          pane.picture.reveal(node);
        }
        drawPictures();
        return;
      }
      case 'impact':
      case 'linkComparison':
      case 'compare':
        if (!graph) return;
        beside = message;
        arrangePanes();
        active = Math.max(
          0,
          panes.findIndex((pane) => pane.current),
        );
        drawAll();
        say(bannerState()?.title ?? '', bannerState()?.text ?? '', ...(bannerState()?.notes ?? []));
        return;
      case 'clear':
        endBeside(false);
        return;
      case 'mode':
        setMode(message.mode);
        return;
      case 'exportAs':
        void exportAs(message.format);
        return;
    }
  }

  /** The text has changed: what hung on the old graph is asked again or dropped. */
  function newGraph(next: BuildGraph, json: string): void {
    graph = next;
    graphJson = json;
    if (beside?.type === 'compare') beside = { ...beside, changes: compareGraphs(beside.before, next) };
    else if (beside) {
      beside = undefined;
      const again = asked;
      if (again) queueMicrotask(() => askAgain(again));
    }
  }

  function askAgain(again: Asked): void {
    const pane = currentPane();
    const nodes = pane?.layout.drawn.nodes ?? [];
    const kept = nodes.findIndex((node) => node.key === again.key);
    // To put --link on a line, or to take it off, makes another line of it in the same place.
    const index = kept >= 0 ? kept : nodes.findIndex((node) => isCopy(node) && node.instruction === again.instruction);
    if (!pane || index < 0) asked = undefined;
    else if (again.kind === 'whatIf') askWhatIf(index);
    else askLink(index);
  }

  // ---- drawing ----

  function drawAll(): void {
    arrangePanes();
    drawPictures();
    drawChrome();
    const shown = graph !== undefined;
    middle.hidden = !shown;
    empty.hidden = shown;
    empty.textContent = shown ? '' : nothing;
    heading.textContent = graph ? `Build graph of ${printable(graph.file)}` : 'Build graph';
  }

  /** One picture, or two side by side. */
  function arrangePanes(): void {
    if (!graph) {
      panes = [];
      panesRoot.replaceChildren();
      return;
    }
    const wanted = sides(graph, beside);
    while (panes.length > wanted.length) panes.pop()?.picture.root.remove();
    for (const [i, want] of wanted.entries()) {
      const known = panes[i];
      const picture = known?.picture ?? newPicture(i);
      const sameGraph = known && known.graph === want.graph && known.layout.drawn.mode === mode;
      const layout = sameGraph ? known.layout : layoutGraph(want.graph, mode, marginOf, (known ?? panes[0])?.layout);
      panes[i] = {
        picture,
        title: want.title,
        graph: want.graph,
        layout,
        statuses: want.statuses ? nodeStatuses(layout.drawn, want.statuses) : undefined,
        reasons: want.reasons,
        marks: want.marks ? nodeMarks(layout.drawn, want.marks) : undefined,
        current: want.current,
      };
    }
    active = Math.min(active, panes.length - 1);
    panesRoot.classList.toggle('two', panes.length > 1);
    if (query !== '') matches = search(panes[active]!.layout.drawn, query);
  }

  function newPicture(index: number): Picture {
    const picture = createPicture(`p${index}`, {
      select(node, action) {
        active = index;
        if (node < 0) {
          lit = false;
          drawPictures();
          drawChrome();
        } else if (action === 'whatIf') askWhatIf(node);
        else if (action === 'link') askLink(node);
        else {
          choose(node, { lit: true, reveal: false });
          postSelect(node, action === 'jump');
        }
      },
      hover(node) {
        if (node === pointed && index === pointedPane) return;
        pointed = node;
        pointedPane = index;
        // On its way across the picture the pointer lights nothing up.
        clearTimeout(hovering);
        hovering = setTimeout(() => {
          hovered = pointed;
          hoveredPane = pointedPane;
          drawPictures();
          drawChrome();
        }, 80);
      },
      key: onPictureKey,
      focus(byPointer) {
        if (active !== index) {
          active = index;
          drawChrome();
        }
        // A click says itself what is meant; nothing may move under it.
        if (!byPointer && selectedIndex() < 0) {
          const start = nodeOfInstruction(cursor);
          const first = panes[active]?.layout.drawn.nodes.findIndex((node) => node.on < 0) ?? -1;
          if (start >= 0 || first >= 0) choose(start >= 0 ? start : first, { lit: false, reveal: true });
        }
      },
    });
    const heading = document.createElement('h2');
    heading.className = 'pane-title';
    picture.root.prepend(heading);
    panesRoot.append(picture.root);
    return picture;
  }

  function drawPictures(): void {
    lastChanges = 0;
    const frame =
      panes.length < 2
        ? undefined
        : {
            width: Math.max(...panes.map((pane) => pane.layout.width)),
            height: Math.max(...panes.map((pane) => pane.layout.height)),
          };
    for (const [i, pane] of panes.entries()) {
      const heading = pane.picture.root.querySelector('.pane-title')!;
      if (heading.textContent !== pane.title) heading.textContent = pane.title;
      (heading as HTMLElement).hidden = pane.title === '';
      const selected = i === active ? selectedIndex() : -1;
      // Of a picture seen from afar the pointer lights no path: it would pass thousands.
      const under = hovered >= 0 && hoveredPane === i && !pane.picture.plain ? hovered : -1;
      const about = under >= 0 ? under : lit ? selected : -1;
      const overlay: Overlay = {
        ...(pane.statuses ? { statuses: pane.statuses } : {}),
        ...(pane.marks ? { marks: pane.marks } : {}),
        ...(selected >= 0 ? { selected } : {}),
        ...(pane.current && cursor >= 0 && nodeOfInstruction(cursor) >= 0 ? { cursor: nodeOfInstruction(cursor) } : {}),
        ...(i === active && matches.length > 0 ? { matches: new Set(matches) } : {}),
        ...(about >= 0 && about < pane.layout.drawn.nodes.length ? { path: pathOf(pane.layout.drawn, about) } : {}),
        buttons: bridge.connected && pane.current,
      };
      lastChanges += pane.picture.show(pane.layout, overlay, selectedKey, frame, homeOf(pane, beside));
      pane.picture.describe(
        `${pane.title === '' ? 'Build graph' : pane.title} of ${pane.graph.file}: ${pane.layout.drawn.nodes.length} nodes${selected >= 0 ? `. ${describeNode(pane, selected)}` : ''}`,
      );
    }
  }

  function drawChrome(): void {
    paint(top, [
      toolbar({
        mode,
        pinned,
        outline: outlineOpen,
        legend: legendOpen,
        menu: menuOpen,
        connected: bridge.connected,
        searching: query !== '',
        found: query === '' ? '' : matches.length === 0 ? 'none' : `${matchAt + 1}/${matches.length}`,
      }),
      banner(bannerState()),
      problemsNote(graph?.problems ?? []),
    ]);
    const pane = panes[active];
    const selected = selectedIndex();
    if (pane) {
      side.classList.toggle('open', outlineOpen);
      // Hovering touches no word of the outline.
      const inputs = [pane.layout.drawn, selected, [...closed].join(), pane.statuses, pane.marks];
      if (inputs.some((input, i) => input !== outlineInputs[i])) {
        outlineInputs = inputs;
        const statusOf = (i: number) => pane.statuses?.get(i);
        const markOf = (i: number) => pane.marks?.get(i);
        paint(side, [outlineTree(pane.graph, pane.layout.drawn, selected, closed, statusOf, markOf)]);
      }
    }
    const about = hovered >= 0 ? { pane: panes[hoveredPane], index: hovered } : { pane, index: lit ? selected : -1 };
    const shown = about.pane && about.index >= 0 && about.index < about.pane.layout.drawn.nodes.length;
    if (shown && about.pane) {
      const atRight =
        panes.length > 1 ? about.pane === panes[1] : about.pane.picture.isAtRight(about.index) && !legendOpen;
      floating.classList.toggle('at-left', atRight);
      panesRoot.classList.toggle('map-right', atRight);
    }
    paint(floating, [
      legend(legendOpen, 'p0'),
      card(
        shown && about.pane
          ? {
              graph: about.pane.graph,
              drawn: about.pane.layout.drawn,
              index: about.index,
              status: about.pane.statuses?.get(about.index),
              mark: about.pane.marks?.get(about.index),
              reason: reasonAt(about.pane, about.index),
              connected: bridge.connected,
              current: about.pane.current,
            }
          : undefined,
      ),
    ]);
  }

  // ---- what is asked ----

  function bannerState(): BannerState | undefined {
    const shown = panes[0];
    return beside && shown ? bannerOf(beside, shown.layout.drawn) : undefined;
  }

  function askWhatIf(node: number): void {
    const pane = panes[active];
    if (!pane?.current || !bridge.connected) return;
    const drawnNode = pane.layout.drawn.nodes[node]!;
    const change = changeAt(pane.graph, drawnNode);
    if (!change) {
      say('Nothing to change here by itself.');
      return;
    }
    asked = { kind: 'whatIf', key: drawnNode.key, instruction: -1 };
    bridge.post({ type: 'whatIf', change });
  }

  function askLink(node: number): void {
    const pane = panes[active];
    const drawnNode = pane?.layout.drawn.nodes[node];
    if (!pane?.current || !drawnNode || !isCopy(drawnNode) || !bridge.connected) return;
    asked = { kind: 'link', key: drawnNode.key, instruction: drawnNode.instruction };
    bridge.post({ type: 'compareLink', instruction: drawnNode.instruction });
  }

  function endBeside(tell: boolean): void {
    if (!beside) return;
    beside = undefined;
    asked = undefined;
    active = 0;
    drawAll();
    say('Back to the plain picture.');
    if (tell) bridge.post({ type: 'cleared' });
  }

  function setMode(next: GraphMode): void {
    if (next === mode) return;
    const before = selectedIndex();
    const instruction = panes[active]?.layout.drawn.nodes[before]?.instruction ?? -1;
    mode = next;
    hovered = -1;
    arrangePanes();
    const node = nodeOfInstruction(instruction);
    selectedKey = panes[active]?.layout.drawn.nodes[node]?.key;
    drawAll();
    if (node >= 0) panes[active]?.picture.reveal(node);
    save();
    say(`One node for each ${mode === 'instructions' ? 'line' : mode === 'operations' ? 'operation' : 'stage'}.`);
  }

  // ---- selection ----

  function choose(index: number, how: { readonly lit: boolean; readonly reveal: boolean }): void {
    const pane = panes[active];
    const node = pane?.layout.drawn.nodes[index];
    if (!pane || !node) return;
    selectedKey = node.key;
    lit = how.lit;
    hovered = -1;
    if (how.reveal) pane.picture.reveal(index);
    drawPictures();
    drawChrome();
    if (!side.contains(document.activeElement)) say(describeNode(pane, index));
  }

  function postSelect(index: number, focus: boolean): void {
    const pane = panes[active];
    const instruction = pane?.current
      ? pane.graph.instructions[pane.layout.drawn.nodes[index]?.instruction ?? -1]
      : undefined;
    if (instruction) bridge.post({ type: 'select', instruction: instruction.index, span: instruction.span, focus });
  }

  function selectedIndex(): number {
    if (selectedKey === undefined) return -1;
    return panes[active]?.layout.drawn.nodes.findIndex((node) => node.key === selectedKey) ?? -1;
  }

  function currentPane(): Pane | undefined {
    return panes.find((pane) => pane.current);
  }

  function nodeOfInstruction(instruction: number): number {
    const pane = currentPane();
    return pane ? nodeOf(pane, instruction) : -1;
  }

  function instructionAt(offset: number): number {
    return graph?.instructions.findIndex(({ span }) => span.start <= offset && offset <= span.end) ?? -1;
  }

  // ---- search ----

  function runSearch(text: string): void {
    query = text;
    const drawn = panes[active]?.layout.drawn;
    matches = drawn ? search(drawn, text) : [];
    matchAt = matches.length > 0 ? 0 : -1;
    if (matches.length > 0) choose(matches[0]!, { lit: false, reveal: true });
    else {
      drawPictures();
      drawChrome();
    }
    say(text === '' ? 'Search cleared.' : matches.length === 0 ? 'Nothing found.' : `${matches.length} found.`);
  }

  function nextMatch(by: number): void {
    if (matches.length === 0) return;
    matchAt = (matchAt + by + matches.length) % matches.length;
    choose(matches[matchAt]!, { lit: false, reveal: true });
    say(`${matchAt + 1} of ${matches.length}.`, describeNode(panes[active]!, matches[matchAt]!));
  }

  function searchField(): HTMLInputElement | null {
    return main.querySelector<HTMLInputElement>('#search');
  }

  // ---- input ----

  function onClick(event: MouseEvent): void {
    if (!(event.target instanceof globalThis.Element)) return;
    const item = event.target.closest('[role=treeitem]');
    if (item && !event.target.closest('button')) {
      const lane = item.getAttribute('data-lane');
      if (lane !== null) toggleLane(Number(lane));
      else {
        const index = Number(item.getAttribute('data-node'));
        (item as HTMLElement).focus();
        choose(index, { lit: true, reveal: true });
        postSelect(index, false);
      }
      return;
    }
    const found = event.target.closest('[data-do]');
    if (found) act(found.getAttribute('data-do')!, found.getAttribute('data-with') ?? '');
  }

  function act(action: string, value: string): void {
    const picture = panes[active]?.picture;
    switch (action) {
      case 'mode':
        setMode(value as GraphMode);
        return;
      case 'nextMode': {
        const order: readonly GraphMode[] = ['instructions', 'operations', 'stages'];
        setMode(order[(order.indexOf(mode) + 1) % order.length]!);
        return;
      }
      case 'zoomIn':
        for (const pane of panes) pane.picture.zoom(1.25);
        return;
      case 'zoomOut':
        for (const pane of panes) pane.picture.zoom(0.8);
        return;
      case 'fit':
        for (const pane of panes) pane.picture.fit();
        return;
      case 'search':
        searchField()?.focus();
        searchField()?.select();
        return;
      case 'outline':
        outlineOpen = !outlineOpen;
        drawChrome();
        save();
        if (outlineOpen) main.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
        return;
      case 'legend':
        legendOpen = !legendOpen;
        drawChrome();
        save();
        return;
      case 'pin':
        if (!bridge.connected) return;
        pinned = !pinned;
        drawChrome();
        save();
        bridge.post({ type: 'pin', pinned });
        say(pinned ? 'Pinned to this file.' : 'Follows the editor.');
        return;
      case 'menu':
        menuOpen = menuOpen === value ? '' : (value as 'export' | 'compare');
        drawChrome();
        if (menuOpen !== '')
          main.querySelector<HTMLElement>(`[aria-labelledby=menu-${menuOpen}] [role=menuitem]`)?.focus();
        return;
      case 'export':
        closeMenu();
        void exportAs(value as ExportFormat);
        return;
      case 'compare':
        closeMenu();
        bridge.post({ type: 'compareWith', other: value as 'disk' | 'head' | 'choose' });
        return;
      case 'copy':
        bridge.post({ type: 'copy', text: value });
        say('Digest copied.');
        return;
      case 'goTo':
        lit = true;
        choose(Number(value), { lit: true, reveal: true });
        picture?.focus();
        return;
      case 'jump':
        if (selectedIndex() >= 0) postSelect(selectedIndex(), true);
        return;
      case 'whatIf':
        if (selectedIndex() >= 0) askWhatIf(selectedIndex());
        return;
      case 'compareLink':
        if (selectedIndex() >= 0) askLink(selectedIndex());
        return;
      case 'copyDigest': {
        const node = panes[active]?.layout.drawn.nodes[selectedIndex()];
        const digest = panes[active]?.graph.vertices[node?.vertices.at(-1) ?? -1]?.digest;
        if (digest) act('copy', digest);
        return;
      }
      case 'applyLink': {
        const apply = bannerState()?.apply;
        if (apply) bridge.post({ type: 'applyLink', ...apply });
        return;
      }
      case 'close':
        endBeside(true);
        picture?.focus();
        return;
    }
  }

  function closeMenu(): void {
    const open = menuOpen;
    menuOpen = '';
    drawChrome();
    main.querySelector<HTMLElement>(`#menu-${open}`)?.focus();
  }

  function onPictureKey(event: KeyboardEvent): void {
    const action = keyAction(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    const at = selectedIndex();
    if (action.startsWith('go:')) {
      const pane = panes[active]!;
      const direction = action.slice(3) as Direction | 'first' | 'last';
      const nodes = pane.layout.drawn.nodes;
      const next =
        direction === 'first'
          ? nodes.findIndex((node) => node.on < 0)
          : direction === 'last'
            ? nodes.findLastIndex((node) => node.on < 0)
            : step(pane.layout, at, direction);
      if (next >= 0) choose(next, { lit: true, reveal: true });
      else say('No edge leads there.');
    } else if (action === 'escape') stepBack();
    else if (action === 'show' && at >= 0) postSelect(at, false);
    else act(action, '');
  }

  function stepBack(): void {
    if (query !== '') {
      const field = searchField();
      if (field) field.value = '';
      runSearch('');
    } else if (lit) {
      lit = false;
      drawPictures();
      drawChrome();
    } else endBeside(true);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.id === 'search') {
      if (event.key === 'Enter') nextMatch(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') {
        stepBack();
        panes[active]?.picture.focus();
      } else if (event.key === 'ArrowDown') panes[active]?.picture.focus();
      else return;
      event.preventDefault();
      return;
    }
    if (target.getAttribute('role') === 'menuitem') onMenu(event, target);
    else if (target.getAttribute('role') === 'treeitem') onTree(event, target);
    else if (event.key === 'Escape' && !event.defaultPrevented) {
      if (menuOpen !== '') closeMenu();
      else stepBack();
    }
  }

  function onTree(event: KeyboardEvent, target: HTMLElement): void {
    const step = treeStep(event, target, side);
    if (step === undefined) return;
    if (step.kind === 'focus') focusItem(side, step.item);
    else if (step.kind === 'toggle') toggleLane(Number(target.getAttribute('data-lane')));
    else if (step.kind === 'open') postSelect(Number(target.getAttribute('data-node')), step.focus);
    else if (step.kind === 'leave') {
      outlineOpen &&= !step.close;
      drawChrome();
      panes[active]?.picture.focus();
    } else if (step.kind === 'action') act(step.action, '');
    event.preventDefault();
    event.stopPropagation();
  }

  function onMenu(event: KeyboardEvent, target: HTMLElement): void {
    const to = menuStep(event, target);
    if (to === undefined) return;
    if (to === 'pass') {
      menuOpen = '';
      drawChrome();
      return;
    }
    if (to === 'close') closeMenu();
    else to.focus();
    event.preventDefault();
  }

  function toggleLane(index: number): void {
    const key = panes[active]?.layout.drawn.lanes[index]?.key;
    if (key === undefined) return;
    if (!closed.delete(key)) closed.add(key);
    drawChrome();
  }

  function treeIndex(target: EventTarget | null): number {
    const value = target instanceof globalThis.Element ? target.getAttribute('data-node') : null;
    return value === null ? -1 : Number(value);
  }

  // ---- leaving ----

  function save(): void {
    bridge.save({ mode, outline: outlineOpen, legend: legendOpen, pinned, ...(graph ? { graph } : {}) });
  }

  async function exportAs(format: ExportFormat): Promise<void> {
    const pane = panes[active];
    if (!pane) return;
    try {
      bridge.post({ type: 'export', format, data: await exported(pane, format), mode });
      say('Exported.');
    } catch (error) {
      bridge.post({ type: 'failed', message: `The ${format} could not be made: ${String(error)}` });
    }
  }
}
