// IP addresses as Go's net/netip and net read and print them.

/** net.ParseIP: the address as net.IP prints it, undefined where `s` is none. Zones are refused. */
export function parseIp(s: string): string | undefined {
  const address = parseAddress(s);
  if (!address || address.zoned) return undefined;
  const { words } = address;
  const isMapped = words.slice(0, 6).join() === '0,0,0,0,0,65535';
  return isMapped ? printIPv4(words) : printIPv6(words);
}

/** An address as eight words of 16 bits; IPv4 stands in the last two, behind 0xffff. */
export interface Address {
  readonly words: readonly number[];
  readonly is4: boolean;
  readonly zoned: boolean;
}

/** netip.ParseAddr; undefined where `s` is no address. */
export function parseAddress(s: string): Address | undefined {
  const percent = s.indexOf('%');
  const zoned = percent >= 0;
  let bare = zoned ? s.slice(0, percent) : s;
  const lastColon = bare.lastIndexOf(':');
  if (lastColon < 0) {
    const words = ipv4Words(s);
    return words && { words: [0, 0, 0, 0, 0, 0xffff, ...words], is4: true, zoned };
  }
  if (percent === s.length - 1) return undefined;
  const ending = bare.slice(lastColon + 1);
  if (ending.includes('.')) {
    const words = ipv4Words(ending);
    if (!words) return undefined;
    bare = bare.slice(0, lastColon + 1) + hexadecimal(words);
  }
  // At most one `::` stands for at least one word.
  const halves = bare.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  const zeros = 8 - groups.length;
  const fits = halves.length === 1 ? zeros === 0 : halves.length === 2 && zeros > 0;
  if (!fits || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  groups.splice(halves[0]!.length, 0, ...new Array<string>(zeros).fill('0'));
  return { words: groups.map((group) => Number.parseInt(group, 16)), is4: false, zoned };
}

/** Four decimal octets as two words; undefined where `s` is anything else. */
function ipv4Words(s: string): number[] | undefined {
  const octets = s.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256))
    return undefined;
  const [a, b, c, d] = octets.map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
}

function printIPv4(words: readonly number[]): string {
  return words
    .slice(6)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.');
}

/** The longest run of two or more zero words, of equal ones the first, becomes `::`. */
function printIPv6(words: readonly number[]): string {
  const text = hexadecimal(words);
  let longest = '';
  for (const run of text.match(/\b0(:0)+\b/g) ?? []) if (run.length > longest.length) longest = run;
  return longest === '' ? text : text.replace(new RegExp(`:?\\b${longest}\\b:?`), '::');
}

function hexadecimal(words: readonly number[]): string {
  return words.map((word) => word.toString(16)).join(':');
}
