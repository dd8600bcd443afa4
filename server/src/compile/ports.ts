// EXPOSE's ports as BuildKit reads them: `[[ip:]hostPort:]port[-port][/protocol]`.
import { parseAddress } from '../go/ip.ts';
import { cut, parseInteger, quote, toLower } from '../go/text.ts';

/** What BuildKit's checks have against a port that it takes. */
export type PortRule = 'ExposeProtoCasing' | 'ExposeInvalidFormat';

/** One word of EXPOSE. The rules count even where there is an error. */
export interface Ports {
  /** The image's keys such as `80/tcp`, a range in full; empty where there is an error. */
  readonly ports: readonly string[];
  readonly rules: readonly PortRule[];
  readonly error: string | undefined;
}

export function parsePort(raw: string): Ports {
  const { ip, hostPort, rest } = splitParts(raw);
  const rules: PortRule[] = [];
  const refuse = (error: string): Ports => ({ ports: [], rules, error });
  const [containerPort, protocol = ''] = cut(rest, '/');
  const lower = toLower(protocol) || 'tcp';
  if (containerPort === '') return refuse(`invalid port: ${quote(raw)}: no port specified`);
  if (lower !== 'tcp' && lower !== 'udp' && lower !== 'sctp') {
    return refuse(`invalid port: ${quote(raw)}: invalid proto: ${protocol}`);
  }
  if (protocol !== '' && protocol !== lower) rules.push('ExposeProtoCasing');
  if (ip !== '' || hostPort !== '') rules.push('ExposeInvalidFormat');
  const wrongIp = checkIp(ip);
  if (wrongIp !== undefined) return refuse(wrongIp);
  const range = parseRange(containerPort);
  if (range === undefined) return refuse(`invalid containerPort: ${containerPort}`);
  const [first, last] = range;
  if (hostPort !== '') {
    const host = parseRange(hostPort);
    if (host === undefined) return refuse(`invalid hostPort: ${hostPort}`);
    if (first !== last && last - first !== host[1] - host[0]) {
      return refuse(`invalid ranges specified for container and host Ports: ${containerPort} and ${hostPort}`);
    }
  }
  const ports: string[] = [];
  for (let port = first; port <= last; port++) ports.push(`${port}/${lower}`);
  return { ports, rules, error: undefined };
}

/** The last two colons separate; those before belong to an IPv6 address. */
function splitParts(raw: string): { readonly ip: string; readonly hostPort: string; readonly rest: string } {
  const last = raw.lastIndexOf(':');
  if (last < 0) return { ip: '', hostPort: '', rest: raw };
  const rest = raw.slice(last + 1);
  const second = last === 0 ? -1 : raw.lastIndexOf(':', last - 1);
  return { ip: second < 0 ? '' : raw.slice(0, second), hostPort: raw.slice(second + 1, last), rest };
}

function checkIp(given: string): string | undefined {
  let ip = given;
  if (ip.startsWith('[')) {
    const wrong = wrongBrackets(ip);
    if (wrong !== undefined) return `invalid IP address ${ip}: address ${ip}:: ${wrong}`;
    ip = ip.slice(1, -1);
  }
  if (ip === '') return undefined;
  return parseAddress(ip)?.zoned === false ? undefined : `invalid IP address: ${ip}`;
}

/** What net.SplitHostPort has against `[address]`; undefined where nothing. */
function wrongBrackets(ip: string): string | undefined {
  const close = ip.indexOf(']');
  if (close < 0) return "missing ']' in address";
  if (close < ip.length - 1) return ip[close + 1] === ':' ? 'too many colons in address' : 'missing port in address';
  return ip.includes('[', 1) ? "unexpected '[' in address" : undefined;
}

function parseRange(s: string): readonly [first: number, last: number] | undefined {
  const [start, end = start] = cut(s, '-');
  const first = parseNumber(start);
  const last = parseNumber(end);
  return first === undefined || last === undefined || last < first ? undefined : [first, last];
}

function parseNumber(s: string): number | undefined {
  const parsed = parseInteger(s);
  return 'value' in parsed && parsed.value >= 0n && parsed.value <= 65535n ? Number(parsed.value) : undefined;
}
