// What the page alone can do for a file that leaves it: its colours as they are seen, and a picture in pixels.
import { type Colors, colorNames, themes } from './theme.ts';

/** The page's colours as they are now, for files that leave it. */
export function pageColors(): Colors {
  const style = getComputedStyle(document.body);
  const entries = colorNames.map((name) => [
    name,
    style.getPropertyValue(`--lens-${name}`).trim() || themes.light[name],
  ]);
  return Object.fromEntries(entries) as Colors;
}

/** Base64 of a PNG at twice the size, or as large as a canvas may be. */
export async function png(svg: string, size: { readonly width: number; readonly height: number }): Promise<string> {
  const scale = Math.min(2, 16_000 / Math.max(size.width, size.height), Math.sqrt(120e6 / (size.width * size.height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(size.width * scale);
  canvas.height = Math.ceil(size.height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
