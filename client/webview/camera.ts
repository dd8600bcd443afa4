// Which part of the picture is seen, and how large: pure steps from one camera to the next.
import type { Box } from './layout.ts';

/** A point p of the picture is seen at p * scale + (x, y), in pixels of the pane. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const least = 0.01;
const most = 3;
/** Below this nothing can be read at ease: a picture that does not fit at this scale is shown in part. */
const readable = 0.85;
const tighter = 0.88;
/** Pictures side by side are looked at for their shape: they may be smaller. */
const readableBeside = 0.6;

export function zoomAt(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = Math.min(most, Math.max(least, camera.scale * factor));
  const ratio = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio };
}

/** All of the picture, even where it becomes too small to read. */
export function fitTo(picture: Size, pane: Size): Camera {
  const scale = Math.max(least, wholeScale(picture, pane));
  const slack = (of: number, room: number) => Math.max(0, (room - of * scale) / 2);
  return { scale, x: slack(picture.width, pane.width), y: Math.min(24, slack(picture.height, pane.height)) };
}

/** True where all of the picture can be seen and read. */
export function fitsReadably(picture: Size, pane: Size, beside: boolean): boolean {
  return wholeScale(picture, pane) >= (beside ? readableBeside : readable);
}

/** The first sight of a picture: all of it where that can be read, else the top left of what it is about, at a scale that can. */
export function startAt(picture: Size, pane: Size, home: Box, beside: boolean): Camera {
  if (fitsReadably(picture, pane, beside)) return fitTo(picture, pane);
  const gap = 12;
  const wanted = Math.min(1, Math.max(beside ? readableBeside : readable, pane.width / Math.max(picture.width, 1)));
  // Somewhat smaller where that shows all the width of what it is about.
  const whole = (pane.width - 2 * gap) / Math.max(home.width, 1);
  const scale = beside || whole >= wanted ? wanted : Math.max(readable * tighter, whole);
  // No room is left empty at an edge while something is hidden at the other.
  const along = (at: number, of: number, room: number) =>
    of * scale <= room ? (room - of * scale) / 2 : Math.max(room - of * scale, Math.min(0, gap - at * scale));
  const y = picture.height * scale <= pane.height ? 0 : along(home.y, picture.height, pane.height);
  return { scale, x: along(home.x, picture.width, pane.width), y };
}

function wholeScale(picture: Size, pane: Size): number {
  return Math.min(1.25, pane.width / Math.max(picture.width, 1), pane.height / Math.max(picture.height, 1));
}

/** Moves just as far as it takes to see the box. */
export function reveal(camera: Camera, box: Box, pane: Size, margin = 40): Camera {
  const shift = (low: number, high: number, room: number) => {
    if (high - low > room - 2 * margin || low < margin) return margin - low;
    return high > room - margin ? room - margin - high : 0;
  };
  const left = box.x * camera.scale + camera.x;
  const top = box.y * camera.scale + camera.y;
  return {
    scale: camera.scale,
    x: camera.x + shift(left, left + box.width * camera.scale, pane.width),
    y: camera.y + shift(top, top + box.height * camera.scale, pane.height),
  };
}

/** Keeps a box where it is on the screen though the picture around it has changed. */
export function hold(camera: Camera, before: Box, after: Box): Camera {
  return {
    scale: camera.scale,
    x: camera.x + (before.x - after.x) * camera.scale,
    y: camera.y + (before.y - after.y) * camera.scale,
  };
}

/** Never lets the picture be lost: some of it stays in sight. */
export function bounded(camera: Camera, picture: Size, pane: Size): Camera {
  const margin = 80;
  const clamp = (at: number, of: number, room: number) =>
    Math.min(room - margin, Math.max(margin - of * camera.scale, at));
  return {
    scale: camera.scale,
    x: clamp(camera.x, picture.width, pane.width),
    y: clamp(camera.y, picture.height, pane.height),
  };
}
