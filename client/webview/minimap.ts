// The small picture of the whole in a corner, with a frame around what is seen.
import type { Camera, Size } from './camera.ts';
import type { Layout } from './layout.ts';
import type { Overlay } from './scene.ts';
import type { ColorName } from './theme.ts';

/** In pixels, and as parts of the pane: a small one must not be hidden behind its map. */
const widest = 168;
const highest = 132;
const share = 0.24;

/** Draws the map and sizes its canvas; returns pixels of the map for one of the picture. */
export function drawMinimap(
  canvas: HTMLCanvasElement,
  layout: Layout,
  camera: Camera,
  pane: Size,
  overlay: Overlay,
): { scale: number } {
  const scale = Math.min(
    Math.min(widest, pane.width * share) / layout.width,
    Math.min(highest, pane.height * share) / layout.height,
  );
  const width = Math.max(24, Math.ceil(layout.width * scale));
  const height = Math.max(24, Math.ceil(layout.height * scale));
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (!context) return { scale };
  const style = getComputedStyle(canvas);
  const color = (name: ColorName) => style.getPropertyValue(`--lens-${name}`).trim() || 'gray';
  context.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  context.fillStyle = color('lane');
  context.strokeStyle = color('laneBorder');
  context.lineWidth = 1 / scale;
  for (const lane of layout.lanes) {
    context.fillRect(lane.x, lane.y, lane.width, lane.height);
    context.strokeRect(lane.x, lane.y, lane.width, lane.height);
  }
  const least = 1 / scale;
  for (const [i, box] of layout.nodes.entries()) {
    const status = overlay.statuses?.get(i);
    const mark = overlay.marks?.get(i);
    const name: ColorName =
      i === overlay.selected || i === overlay.cursor
        ? 'focus'
        : status === 'runs' || mark === 'removed'
          ? 'runs'
          : status === 'runs-if-content-differs' || mark === 'rekeyed'
            ? 'maybe'
            : status === 'relinked'
              ? 'relinked'
              : status === 'reused' || mark === 'added'
                ? 'reused'
                : 'base';
    context.fillStyle = color(name);
    context.fillRect(box.x, box.y, Math.max(box.width, least), Math.max(box.height, least));
  }
  context.strokeStyle = color('foreground');
  context.lineWidth = 1.5 / scale;
  context.strokeRect(
    Math.max(0.75 / scale, -camera.x / camera.scale),
    Math.max(0.75 / scale, -camera.y / camera.scale),
    Math.min(layout.width - 1.5 / scale, pane.width / camera.scale),
    Math.min(layout.height - 1.5 / scale, pane.height / camera.scale),
  );
  return { scale };
}
