import { describe, expect, test } from 'vitest';
import { bounded, fitTo, hold, reveal, startAt, zoomAt } from './camera.ts';

const pane = { width: 800, height: 600 };

describe('camera', () => {
  test('zooming keeps the point under the pointer', () => {
    const before = { x: 10, y: 20, scale: 1 };
    const after = zoomAt(before, 2, 100, 50);
    expect((100 - after.x) / after.scale).toBeCloseTo((100 - before.x) / before.scale);
    expect((50 - after.y) / after.scale).toBeCloseTo((50 - before.y) / before.scale);
  });

  test.each([
    [{ width: 400, height: 300 }, 1.25],
    [{ width: 1600, height: 300 }, 0.5],
    [{ width: 100, height: 60_000 }, 0.01],
    [{ width: 100, height: 600_000 }, 0.01],
  ])('fits %j', (picture, scale) => {
    expect(fitTo(picture, pane).scale).toBe(scale);
  });

  test.each([
    ['all of it, where that can be read', { width: 900, height: 600 }, 0, false, { scale: 0.8888888888888888, x: 0 }],
    ['its width, and its beginning', { width: 850, height: 4000 }, 0, false, { scale: 0.9411764705882353, x: 0, y: 0 }],
    ['where it is about', { width: 4000, height: 500 }, 2000, false, { scale: 0.85, x: 12 - 2000 * 0.85, y: 0 }],
    ['no empty room at its end', { width: 4000, height: 500 }, 3900, false, { scale: 0.85, x: 800 - 4000 * 0.85 }],
    ['smaller beside another', { width: 1300, height: 500 }, 900, true, { scale: 800 / 1300, x: 0 }],
  ])('begins with %s', (_, picture, x, beside, expected) => {
    const home = { x, y: 0, width: 300, height: 300 };
    expect(startAt(picture, pane, home, beside)).toMatchObject(expected);
  });

  test('begins somewhat smaller where all the width of a lane can be seen then', () => {
    const begin = (width: number) =>
      startAt({ width: 4000, height: 500 }, pane, { x: 0, y: 0, width, height: 9 }, false);
    expect(begin(1000).scale).toBe((800 - 24) / 1000);
    expect(begin(2000).scale).toBeCloseTo(0.748);
  });

  test('revealing what is seen moves nothing, else just far enough', () => {
    const camera = { x: 0, y: 0, scale: 1 };
    const box = { x: 100, y: 100, width: 200, height: 50 };
    expect(reveal(camera, box, pane)).toEqual(camera);
    const moved = reveal(camera, { ...box, y: 900 }, pane);
    expect(moved.x).toBe(0);
    expect(900 + 50 + moved.y).toBe(600 - 40);
  });

  test('holding keeps a box where it is on the screen', () => {
    const camera = { x: 5, y: 6, scale: 0.5 };
    const after = hold(camera, { x: 10, y: 20, width: 1, height: 1 }, { x: 110, y: 60, width: 1, height: 1 });
    expect(110 * 0.5 + after.x).toBe(10 * 0.5 + camera.x);
    expect(60 * 0.5 + after.y).toBe(20 * 0.5 + camera.y);
  });

  test('the picture is never lost', () => {
    const camera = bounded({ x: -1e6, y: 1e6, scale: 1 }, { width: 300, height: 300 }, pane);
    expect(camera.x + 300).toBeGreaterThan(0);
    expect(camera.y).toBeLessThan(600);
  });
});
