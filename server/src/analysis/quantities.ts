// Bytes, counts and ages as a person says them.

/** `0 bytes`, `1 byte`, `1.2 kB`, `34 MB`: thousands, as Docker counts. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  let value = bytes;
  let unit = -1;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  // What would be written as 1000 is one of the next unit.
  while (unit < units.length - 1 && (unit < 0 || value >= 999.5)) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 file`, `12,345 files`. */
export function filesText(count: number): string {
  return count === 1 ? '1 file' : `${grouped(count)} files`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `just now`, `5 minutes ago`, `2 days ago`. */
export function ageText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  const [count, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
