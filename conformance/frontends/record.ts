// Asks each release of BuildKit's Dockerfile frontend what it takes: `record.ts --repository DIR`, a clone of BuildKit's repository
// with its tags, and Go. Writes facts.json: by release and channel, the error for each snippet, nothing where it is taken.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snippets } from './snippets.ts';

const here = import.meta.dirname;
const facts = join(here, 'facts.json');

/** A release: its tag in the repository, and what it was called. */
interface Release {
  readonly tag: string;
  readonly name: string;
  readonly channel: 'stable' | 'labs';
}

function releases(repository: string): Release[] {
  const tags = execFileSync('git', ['-C', repository, 'tag', '--list', 'dockerfile/1.*'], { encoding: 'utf8' });
  const found = tags.split('\n').flatMap((tag): Release[] => {
    const parts = /^dockerfile\/(1\.\d+\.0)(-labs|-experimental)?$/.exec(tag);
    return parts === null
      ? []
      : [{ tag, name: parts[1] as string, channel: parts[2] === undefined ? 'stable' : 'labs' }];
  });
  const minor = ({ name }: Release) => Number(name.split('.')[1]);
  return found.sort((a, b) => minor(a) - minor(b) || a.channel.localeCompare(b.channel));
}

function ask(repository: string, { tag, channel }: Release): Record<string, string> {
  const root = mkdtempSync(join(tmpdir(), 'frontend-'));
  try {
    // Before modules, a tree had to lie where its import path says.
    const tree = join(root, 'src/github.com/moby/buildkit');
    mkdirSync(tree, { recursive: true });
    const archive = execFileSync('git', ['-C', repository, 'archive', tag], { maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '-C', tree], { input: archive });
    mkdirSync(join(tree, 'cmd/probe'));
    copyFileSync(join(here, 'probe.go.txt'), join(tree, 'cmd/probe/main.go'));
    const folder = ['labs', 'experimental', 'mainline'].find(
      (name) =>
        (name === 'mainline') === (channel === 'stable') && existsSync(join(tree, 'frontend/dockerfile/release', name)),
    );
    const tags =
      folder === undefined
        ? ''
        : readFileSync(join(tree, 'frontend/dockerfile/release', folder, 'tags'), 'utf8').trim();
    const modules = existsSync(join(tree, 'go.mod'));
    const env = {
      ...process.env,
      GOFLAGS: '',
      GOTOOLCHAIN: 'local',
      ...(modules ? {} : { GO111MODULE: 'off', GOPATH: root }),
    };
    const probe = join(root, 'probe');
    const flags = [...(modules ? ['-mod=vendor'] : []), '-trimpath', '-buildvcs=false', '-tags', tags, '-o', probe];
    execFileSync('go', ['build', ...flags, './cmd/probe'], { cwd: tree, env, stdio: ['ignore', 'ignore', 'inherit'] });
    return JSON.parse(execFileSync(probe, { input: JSON.stringify(snippets), encoding: 'utf8' }));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const at = process.argv.indexOf('--repository');
const repository = at < 0 ? undefined : process.argv[at + 1];
if (repository === undefined) throw new Error('--repository DIR: a clone of https://github.com/moby/buildkit');
const told: Record<string, Record<string, string>> = existsSync(facts) ? JSON.parse(readFileSync(facts, 'utf8')) : {};
for (const release of releases(repository)) {
  const name = release.channel === 'stable' ? release.name : `${release.name}-labs`;
  if (told[name] !== undefined) continue;
  const answers = ask(repository, release);
  const refused = Object.keys(snippets).flatMap((key) => (answers[key] ? [[key, answers[key]] as const] : []));
  told[name] = Object.fromEntries(refused);
  console.log(`${name}: refuses ${refused.length} of ${Object.keys(snippets).length}`);
  writeFileSync(facts, `${JSON.stringify(told, null, 1)}\n`);
}
