// The Dockerfiles that we wrote to show each thing BuildKit does: cases/*.cases.
//
// A case begins with a line `=== NAME {JSON}`; the lines below, up to the next case, are its Dockerfile to the byte. The JSON
// has the fields of a job; a text with odd bytes stands there too (`dockerfile`, `dockerfileB64`). `longLine` makes the
// last line that many characters longer.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Job } from './job.ts';
import { imagesFor } from './options.ts';

const folder = fileURLToPath(new URL('./cases', import.meta.url));

/** Every case by the name of its file. Ids are `FILE/NAME`. */
export function readCases(): Map<string, Job[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cases'));
  return new Map(
    files
      .sort()
      .map((file) => [file.slice(0, -6), parseCases(file.slice(0, -6), readFileSync(`${folder}/${file}`, 'utf8'))]),
  );
}

export function parseCases(file: string, text: string): Job[] {
  const jobs: Job[] = [];
  const parts = text.split(/^=== (\S+) (\{.*\})\n/m);
  if (parts[0] !== '') throw new Error(`${file}: text before the first case`);
  for (let i = 1; i < parts.length; i += 3) {
    const [name, header, body] = parts.slice(i, i + 3) as [string, string, string];
    const { longLine, ...options } = JSON.parse(header) as Partial<Job> & { longLine?: number };
    const inHeader = options.dockerfile !== undefined || options.dockerfileB64 !== undefined;
    if (inHeader && body !== '') throw new Error(`${file}/${name}: the text stands twice`);
    const dockerfile = longLine ? body.replace(/\n$/, `${'x'.repeat(longLine)}\n`) : body;
    const images = imagesFor(options.dockerfile ?? body + JSON.stringify(options.opts ?? {}));
    jobs.push({
      id: `${file}/${name}`,
      ...(inHeader ? {} : { dockerfile }),
      ...(images ? { images } : {}),
      ...options,
    });
  }
  return jobs;
}
