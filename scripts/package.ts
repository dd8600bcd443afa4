// Makes the .vsix with vsce, which is installed on demand into .build/vsce, and measures it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { root } from './editor/codeServer.ts';

const vsceVersion = '4.1.0';
/** More than this is a mistake: something came along that nobody runs. Bytes. */
const limit = 1_000_000;

/** Returns the exit code. */
export async function makePackage(): Promise<number> {
  const { lines, tooLarge } = await buildAll();
  if (tooLarge) console.warn(lines.filter((line) => line.includes('TOO LARGE')).join('\n'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const file = `llb-lens-${version}.vsix`;
  // Links of README.md lead into the repository, and nobody has said where that is published.
  const asIs = ['--allow-missing-repository', '--no-rewrite-relative-links', '--skip-license'];
  const args = ['package', '--no-dependencies', ...asIs, '-o', file];
  const run = spawnSync(process.execPath, [vsce(), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (run.status !== 0) return run.status ?? 1;
  const { size } = statSync(join(root, file));
  console.log(`${file}: ${size} bytes, at most ${limit}`);
  return size > limit ? 1 : 0;
}

/** The script of vsce; installs it where it is missing. */
function vsce(): string {
  const folder = join(root, '.build', 'vsce');
  const script = join(folder, 'node_modules', '@vscode', 'vsce', 'vsce');
  const ready = join(folder, `ready-${vsceVersion}`);
  if (existsSync(ready) && existsSync(script)) return script;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { '@vscode/vsce': vsceVersion } }),
  );
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const windows = process.platform === 'win32';
  const run = spawnSync(windows ? 'npm.cmd' : 'npm', args, { cwd: folder, stdio: ['ignore', 2, 2], shell: windows });
  if (run.status !== 0) throw new Error(`npm install failed in ${folder}`);
  writeFileSync(ready, '');
  return script;
}
