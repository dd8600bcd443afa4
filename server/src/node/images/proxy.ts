// Which proxy leads to a host, by the variables that Docker and BuildKit heed: HTTP_PROXY, HTTPS_PROXY, NO_PROXY.

export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy for an address; undefined where the way is direct, also where a variable holds no usable address. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const secure = url.protocol === 'https:';
  const text = secure ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy);
  if (text === undefined || text === '' || isBypassed(url, env.NO_PROXY ?? env.no_proxy ?? '')) return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) return undefined;
  const proxy = new URL(full);
  return proxy.protocol === 'http:' || proxy.protocol === 'https:' ? proxy : undefined;
}

/** True for this machine's own names and addresses, to which Go never goes through a proxy. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** NO_PROXY as Go reads it: names with all below them, `.name` for those below alone, addresses, CIDR ranges, `*`, each with a port if wanted. */
function isBypassed(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  if (isLoopback(url.hostname)) return true;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  for (const raw of list.split(',')) {
    let entry = raw.trim().toLowerCase();
    if (entry === '') continue;
    if (entry === '*') return true;
    const slash = entry.indexOf('/');
    if (slash >= 0) {
      if (inRange(host, entry.slice(0, slash), Number(entry.slice(slash + 1)))) return true;
      continue;
    }
    const withPort = /^(.*[^:]):(\d+)$/.exec(entry) ?? /^(\[.*\]):(\d+)$/.exec(entry);
    if (withPort !== null) {
      if (withPort[2] !== port) continue;
      entry = withPort[1] as string;
    }
    entry = entry.replace(/^\[|\]$/g, '');
    if (entry.startsWith('*.')) entry = entry.slice(1);
    if (entry.startsWith('.') ? host.endsWith(entry) : host === entry || host.endsWith(`.${entry}`)) return true;
  }
  return false;
}

function inRange(host: string, network: string, bits: number): boolean {
  const a = address(host);
  const b = address(network);
  if (a === undefined || b === undefined || !(bits >= 0 && bits <= 32)) return false;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return (a & mask) >>> 0 === (b & mask) >>> 0;
}

function address(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (parts === null) return undefined;
  return parts.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0);
}
