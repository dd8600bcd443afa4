// `llb-lens check` over a folder of many files, as a pre-commit hook or a CI job runs it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { longDockerfile } from './files.ts';
import { ms, quantile, row, timed } from './numbers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `count` Dockerfiles of 20 to 119 lines, each in its folder. */
export function checkMany(count: number): void {
  const folder = join(root, '.build/bench-check');
  rmSync(folder, { recursive: true, force: true });
  let lines = 0;
  for (let i = 0; i < count; i++) {
    const own = join(folder, `service${i}`);
    mkdirSync(own, { recursive: true });
    const length = 20 + ((i * 37) % 100);
    lines += length;
    writeFileSync(join(own, 'Dockerfile'), longDockerfile(length));
  }
  const command = join(root, 'bin/llb-lens.mjs');
  const times: number[] = [];
  for (let i = 0; i < 5; i++)
    times.push(timed(() => spawnSync(process.execPath, [command, 'check', '.'], { cwd: folder, maxBuffer: 1 << 30 })));
  const time = quantile(times, 0.5);
  console.log(`llb-lens check, ${count} files, ${lines} lines (ms, median of 5)`);
  console.log(row('all', [ms(time)]));
  console.log(row('a file', [ms(time / count)]));
  console.log();
  rmSync(folder, { recursive: true, force: true });
}
