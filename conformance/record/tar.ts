// Tar archives, written the same for the same entries and read as far as BuildKit's exporter writes them.

export interface Member {
  path: string;
  type: 'file' | 'dir' | 'symlink' | 'hardlink' | 'other';
  mode: number;
  uid: number;
  gid: number;
  /** Of a file. */
  data?: Buffer;
  /** Of a symlink or a hardlink. */
  target?: string;
}

const BLOCK = 512;
const TYPES: Record<string, Member['type']> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'dir',
};

/** Writes members in the given order; every time stamp is `mtime` (seconds). Paths of up to 100 bytes. */
export function writeTar(members: readonly Member[], mtime = 1_700_000_000): Buffer {
  const blocks: Buffer[] = [];
  for (const m of members) {
    const header = Buffer.alloc(BLOCK);
    const path = m.type === 'dir' && !m.path.endsWith('/') ? `${m.path}/` : m.path;
    if (Buffer.byteLength(path) > 100) throw new Error(`path too long for a tar header: ${path}`);
    const octal = (at: number, width: number, value: number) =>
      header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
    header.write(path, 0);
    octal(100, 8, m.mode);
    octal(108, 8, m.uid);
    octal(116, 8, m.gid);
    octal(124, 12, m.data?.length ?? 0);
    octal(136, 12, mtime);
    header.write('        ', 148);
    header.write(m.type === 'dir' ? '5' : m.type === 'symlink' ? '2' : m.type === 'hardlink' ? '1' : '0', 156);
    if (m.target) header.write(m.target, 157);
    header.write('ustar\x0000', 257);
    let sum = 0;
    for (const byte of header) sum += byte;
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header);
    if (m.data?.length) blocks.push(m.data, Buffer.alloc((BLOCK - (m.data.length % BLOCK)) % BLOCK));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(blocks);
}

/** Reads ustar, pax (path, linkpath, size) and GNU long names. Paths come without a leading `./` or a trailing `/`. */
export function readTar(tar: Buffer): Member[] {
  const members: Member[] = [];
  let pax: Record<string, string> = {};
  let longName = '';
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header[0] === 0) break;
    const text = (from: number, width: number) => {
      const field = header.subarray(from, from + width);
      const end = field.indexOf(0);
      return field.subarray(0, end < 0 ? width : end).toString();
    };
    const number = (from: number, width: number) => Number.parseInt(text(from, width).trim() || '0', 8);
    const size = pax.size ? Number(pax.size) : number(124, 12);
    const body = tar.subarray(at + BLOCK, at + BLOCK + size);
    const flag = String.fromCharCode(header[156] ?? 0);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (flag === 'x') {
      pax = readPax(body);
      continue;
    }
    if (flag === 'L') {
      longName = body.toString().replace(/\0+$/, '');
      continue;
    }
    if (flag === 'g') continue;
    const prefix = text(345, 155);
    const name = pax.path || longName || (prefix ? `${prefix}/` : '') + text(0, 100);
    const type = TYPES[flag] ?? 'other';
    members.push({
      path: name.replace(/^\.?\//, '').replace(/\/$/, ''),
      type,
      mode: number(100, 8) & 0o7777,
      uid: pax.uid ? Number(pax.uid) : number(108, 8),
      gid: pax.gid ? Number(pax.gid) : number(116, 8),
      ...(type === 'file' ? { data: body } : {}),
      ...(type === 'symlink' || type === 'hardlink' ? { target: pax.linkpath || text(157, 100) } : {}),
    });
    pax = {};
    longName = '';
  }
  return members;
}

function readPax(body: Buffer): Record<string, string> {
  const out: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(32, at);
    if (blank < 0) break;
    const length = Number(body.subarray(at, blank).toString());
    const record = body.subarray(blank + 1, at + length - 1).toString();
    const equals = record.indexOf('=');
    out[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return out;
}
