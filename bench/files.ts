// The texts that are measured: what we wrote, random ones, and a long realistic one of any length.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCases } from '../conformance/cases.ts';
import { generate } from '../conformance/generate.ts';
import { type Job, withText } from '../conformance/job.ts';
import { decodeUtf8 } from '../server/src/go/utf8.ts';

/** Our examples and cases, `count` random Dockerfiles, long ones, and the Dockerfiles below `corpus`. */
export function benchFiles(count: number, corpus: readonly string[]): Job[] {
  const jobs: Job[] = [...dockerfilesIn(fileURLToPath(new URL('../examples', import.meta.url)))];
  for (const cases of readCases().values()) jobs.push(...cases);
  for (let seed = 1; seed <= count; seed++) jobs.push(generate(seed));
  for (const lines of [50, 100, 200, 500, 1000, 2000])
    jobs.push({ id: `long-${lines}`, dockerfile: longDockerfile(lines) });
  for (const dir of corpus) jobs.push(...dockerfilesIn(dir));
  return jobs;
}

function dockerfilesIn(dir: string): Job[] {
  if (!existsSync(dir)) return [];
  const paths = (readdirSync(dir, { recursive: true }) as string[]).sort();
  return paths.flatMap((path) => {
    const file = join(dir, path);
    if (!statSync(file).isFile() || !/dockerfile|containerfile|^[0-9a-f]{64}$/i.test(path.replace(/.*\//, '')))
      return [];
    const bytes = readFileSync(file);
    return bytes.length > 1_000_000 || bytes.includes(0) ? [] : [withText({ id: path }, decodeUtf8(bytes))];
  });
}

const block = [
  'FROM stage{p} AS stage{n}',
  'ARG VERSION{n}=1.{n}',
  'ENV APP_HOME=/srv/app{n} \\',
  '    PATH=/srv/app{n}/bin:$PATH',
  'WORKDIR $APP_HOME',
  '',
  '# Dependencies first: they change less often.',
  'COPY --chown=1000:1000 package{n}.json package-lock{n}.json ./',
  'RUN --mount=type=cache,target=/root/.npm,sharing=locked \\',
  '    --mount=type=secret,id=npm{n},target=/root/.npmrc \\',
  '    npm ci --omit=dev && \\',
  '    # keep the layer small',
  '    rm -rf /tmp/* /var/cache{n}',
  'COPY --link src{n} ./src',
  'LABEL org.example.version="$VERSION{n}" org.example.part="{n}"',
  'RUN apt-get update && apt-get install -y --no-install-recommends \\',
  '      curl{n} \\',
  '      git{n} \\',
  '      ca-certificates \\',
  '    && rm -rf /var/lib/apt/lists/*',
  'COPY <<EOF /etc/app{n}.conf',
  'version=$VERSION{n}',
  'home=${APP_HOME:-/srv}',
  'EOF',
  'RUN ["/bin/true", "{n}"]',
  'EXPOSE 80{n}',
  'USER app{n}',
];

/**
 * A Dockerfile as people write them, of exactly so many lines: chains of eight stages, each upon the one before. In one chain of them all
 * PATH would grow with every stage, and the ops with it: then the output itself would grow with the square of the lines.
 */
export function longDockerfile(lines: number): string {
  const out = ['FROM alpine:3.20 AS stage0', 'RUN true'];
  for (let n = 1; out.length < lines; n++) {
    for (const line of block) out.push(line.replaceAll('{n}', String(n % 100)).replaceAll('stage{p}', `stage${n - 1}`));
    // Stage names stay unique beyond a hundred. The last of a chain is copied from, so that every stage is needed.
    const at = out.length - block.length;
    out[at] = n % 8 === 0 ? `FROM alpine:3.20 AS stage${n}` : `FROM stage${n - 1} AS stage${n}`;
    if (n % 8 === 0) out[at + 4] = `COPY --from=stage${n - 1} /srv /srv`;
  }
  // Cut at a line where no instruction is open.
  out.length = lines;
  for (let i = lines - 1; i > 0; i--) {
    const line = out[i]!;
    const open =
      line.endsWith('\\') ||
      line.startsWith('    ') ||
      line.startsWith('COPY <<') ||
      /^(version|home)=|^EOF$/.test(line);
    if (!open) break;
    out[i] = '# end';
  }
  return `${out.join('\n')}\n`;
}
