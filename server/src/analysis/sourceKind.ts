// Whether a source of a copy is a file or a directory: by the listing of the build context, by what made it, else by its name.
import { parseGitRef } from '../compile/gitRef.ts';
import { base as baseName, clean } from '../go/path.ts';
import type { ReadUse } from './contextUse.ts';
import { directoryAt, type StageFiles } from './stageFiles.ts';

export type SourceKind = 'file' | 'maybe-file' | 'directory' | 'unknown';

/** What a source of a copy is; `maybe-file` where the name only suggests it. */
export function sourceKind(
  source: string,
  from: StageFiles | undefined,
  /** Of an ADD: `--unpack`, or undefined where it is not written. False for a COPY. */
  add: { readonly unpack: boolean | undefined } | false,
  /** What the listing of the context says of it. */
  use?: ReadUse,
): SourceKind {
  if (add && (source.includes(':') || source.includes('.git'))) {
    const git = parseGitRef(source);
    if (git !== undefined && 'ref' in git && git.ref !== undefined && !git.ref.indistinguishableFromLocal)
      return 'directory';
  }
  if (add && /^https?:\/\//.test(source)) return add.unpack === true ? 'unknown' : 'file';
  const name = baseName(clean(`/${source}`));
  // ADD unpacks these.
  const unpacked = add && add.unpack !== false && /\.(tar|tgz|tbz2?|txz|tar\.\w+)$/.test(name);
  if (use?.named !== undefined && !(unpacked && use.named === 'file'))
    return use.named === 'mixed' ? 'unknown' : use.named;
  if (source === '' || source.endsWith('/') || source.endsWith('/.') || source.endsWith('..') || source === '.')
    return 'directory';
  const path = clean(`/${source}`);
  if (path === '/') return 'directory';
  if (from !== undefined) {
    const known = from.paths.get(path);
    if (known?.kind === 'file') return 'file';
    if (known?.kind === 'directory' || directoryAt(from, path) !== undefined) return 'directory';
    // Something below it is known: so it is a directory.
    if (known?.kind === 'unknown') return 'unknown';
    if (known === undefined && from.base?.kind(path) === 'file') return 'file';
  }
  if (unpacked) return 'directory';
  if (fileNames.has(name)) return 'file';
  if (/\.d$/.test(name)) return 'directory';
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1];
  if (extension !== undefined && fileExtensions.has(extension.toLowerCase())) return 'file';
  if (directoryNames.has(name) || name.startsWith('.') || /[*?[]/.test(name)) return 'unknown';
  return 'maybe-file';
}

const fileNames = new Set(
  (
    'Dockerfile Makefile Gemfile Gemfile.lock Cargo.toml Cargo.lock go.mod go.sum package.json package-lock.json yarn.lock ' +
    'pnpm-lock.yaml requirements.txt pyproject.toml poetry.lock LICENSE NOTICE README README.md gradlew mvnw Pipfile Procfile'
  ).split(' '),
);
const fileExtensions = new Set(
  (
    'sh bash conf cfg ini json yaml yml toml xml txt md py rb js mjs cjs ts go rs c h cpp java jar war ear zip gz tgz bz2 xz ' +
    'tar deb rpm apk whl pem crt key cer env list repo sql php pl service socket timer exe dll so ps1 bat cmd properties lock ' +
    'sum mod csv html css gpg asc asar patch tmpl template rules lua cnf phar bin'
  ).split(' '),
);
/** Names that are nearly always directories, or as often as not. */
const directoryNames = new Set(
  (
    'src lib libs bin sbin etc usr var opt home root rootfs fs build dist out output target public static assets config conf ' +
    'configs scripts script docker docs test tests data files node_modules vendor packages include share resources templates ' +
    'site html www cmd internal pkg binaries release releases install plugins modules themes certs ' +
    'artifacts content classes workspace tools local java jre jdk python3 venv contrib overlay go'
  ).split(' '),
);
