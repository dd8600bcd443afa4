// The outlines of nodes by kind, and the icons: paths around the origin, 14 pixels wide.
import type { Shape } from './model.ts';

/** The outline of a node of that size, from its top left. */
export function outline(shape: Shape, w: number, h: number): string {
  switch (shape) {
    case 'image':
      // A pile: a second sheet looks out behind the first.
      return `${rounded(0, 0, w, h, 4)}M5 0V-3H${w + 3}V${h - 5}H${w}`;
    case 'context':
      // A folder with its tab.
      return `M0 3Q0 -1 4 -1H${w * 0.28}L${w * 0.28 + 5} 3H${w - 4}Q${w} 3 ${w} 7V${h - 4}Q${w} ${h} ${w - 4} ${h}H4Q0 ${h} 0 ${h - 4}Z`;
    case 'git':
      return `M8 0H${w - 8}L${w} ${h / 2}L${w - 8} ${h}H8L0 ${h / 2}Z`;
    case 'url':
    case 'join':
      return rounded(0, 0, w, h, h / 2);
    case 'argument':
      return `M7 0H${w - 4}Q${w} 0 ${w} 4V${h - 4}Q${w} ${h} ${w - 4} ${h}H7L0 ${h / 2}Z`;
    case 'alias':
      // A tag that points on from another stage.
      return `M6 0H${w - 12}L${w} ${h / 2}L${w - 12} ${h}H6Q0 ${h} 0 ${h - 6}V6Q0 0 6 0Z`;
    case 'stage':
      return `${rounded(0, 0, w, h, 8)}M7 0V${h}`;
    default:
      return rounded(0, 0, w, h, 6);
  }
}

function rounded(x: number, y: number, w: number, h: number, r: number): string {
  return `M${x + r} ${y}H${x + w - r}Q${x + w} ${y} ${x + w} ${y + r}V${y + h - r}Q${x + w} ${y + h} ${x + w - r} ${y + h}H${x + r}Q${x} ${y + h} ${x} ${y + h - r}V${y + r}Q${x} ${y} ${x + r} ${y}Z`;
}

export const icons: Readonly<Record<string, string>> = {
  run: 'M-5 -5L0 0L-5 5M1 5H6',
  copy: 'M-6 -6H2V4H-6ZM5 -3V6H-3',
  image: 'M0 -6L6 -3L0 0L-6 -3ZM-6 0L0 3L6 0M-6 3L0 6L6 3',
  context: 'M-6 5V-5H-2L0 -3H6V5Z',
  git: 'M-3 -3.5V3.5M3 -1.5Q3 1 -3 1M-3 -5A1.5 1.5 0 1 0 -3 -4.9M3 -4.5A1.5 1.5 0 1 0 3 -1.5A1.5 1.5 0 1 0 3 -4.5M-3 3.5A1.5 1.5 0 1 0 -3 6.5A1.5 1.5 0 1 0 -3 3.5',
  url: 'M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0M-6 0H6M0 -6Q-5 0 0 6M0 -6Q5 0 0 6',
  argument: 'M3 -4H-1.5Q-4 -4 -4 -2T-1.5 0H1.5Q4 0 4 2T1.5 4H-3M0 -6V6',
  scratch: 'M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0M-6 6L6 -6',
  alias: 'M-6 0H5M1 -4L5 0L1 4',
  stage: 'M-5 -6H5V6H-5ZM-2 -3H2M-2 0H2M-2 3H2',
  join: 'M-6 -5L0 0L-6 5M0 0H7M4 -3L7 0L4 3',
  bolt: 'M1.5 -6L-4 1H-0.5L-1.5 6L4 -1H0.5Z',
};
