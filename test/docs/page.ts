// Pages that are executed: the commands in the fences of a Markdown page are run, and what they print is put below them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const command = join(import.meta.dirname, '../../server/src/node/command.ts');

/** A fence of a page: the words behind its backticks, and its lines. */
interface Fence {
  readonly info: string;
  readonly lines: readonly string[];
}

/** A command that a page shows, and how it ended. */
export interface Executed {
  readonly command: string;
  readonly code: number;
}

/**
 * Runs each `$ llb-lens ...` of the `console` fences, in the page's order, in a folder that holds the files the page has shown
 * so far: a fence ` ```dockerfile NAME ` is the file NAME; ` < NAME` behind a command gives it as standard input. `page` comes back with what was really printed.
 */
export function execute(page: string): { page: string; executed: Executed[] } {
  const folder = mkdtempSync(join(tmpdir(), 'llb-lens-page-'));
  const executed: Executed[] = [];
  try {
    const shown = mapFences(page, (fence) => {
      const [language, name] = fence.info.split(' ');
      if (language === 'dockerfile' && name !== undefined) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), `${fence.lines.join('\n')}\n`);
      }
      return language === 'console' ? consoleLines(fence.lines, folder, executed) : fence.lines;
    });
    return { page: shown, executed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mapFences(page: string, change: (fence: Fence) => readonly string[]): string {
  const lines: string[] = [];
  let open: { info: string; lines: string[] } | undefined;
  for (const line of page.split('\n')) {
    if (open === undefined) {
      lines.push(line);
      if (line.startsWith('```')) open = { info: line.slice(3), lines: [] };
    } else if (line === '```') {
      lines.push(...change(open), line);
      open = undefined;
    } else open.lines.push(line);
  }
  return [...lines, ...(open?.lines ?? [])].join('\n');
}

function consoleLines(lines: readonly string[], folder: string, executed: Executed[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i++] as string;
    result.push(line);
    const start = i;
    while (i < lines.length && !(lines[i] as string).startsWith('$ ')) i++;
    const below = lines.slice(start, i);
    if (!line.startsWith('$ llb-lens ')) result.push(...below);
    else result.push(...run(line, folder, executed), ...below.slice(below.findLastIndex((text) => text !== '') + 1));
  }
  return result;
}

function run(line: string, folder: string, executed: Executed[]): string[] {
  const [text = '', stdin] = line
    .slice('$ llb-lens '.length)
    .replace(/ +#.*$/, '')
    .split(' < ');
  const input = stdin === undefined ? '' : readFileSync(join(folder, stdin), 'utf8');
  const done = spawnSync(process.execPath, [command, ...text.split(/ +/)], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
    input,
  });
  executed.push({ command: text, code: done.status ?? -1 });
  return `${done.stderr}${done.stdout}`.replace(/\n+$/, '').split('\n');
}
