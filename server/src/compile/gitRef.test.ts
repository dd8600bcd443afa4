import { expect, test } from 'vitest';
import { type GitSourceOptions, gitSource, parseGitRef } from './gitRef.ts';

// What BuildKit's dfgitutil answers: remote, ref, checksum, directory, whether it could be a local path, keep-git-dir, submodules,
// mtime, fetch-by-commit.

const references = [
  [
    'https://github.com/foo/bar.git',
    ['https://github.com/foo/bar.git', '', '', '', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#main',
    ['https://github.com/foo/bar.git', 'main', '', '', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#main:sub/../dir',
    ['https://github.com/foo/bar.git', 'main', '', 'dir', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#:sub',
    ['https://github.com/foo/bar.git', '', '', 'sub', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['HTTP://host/x.git', ['http://host/x.git', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  [
    'http://user:pw@host:8080/x.git',
    ['http://user:pw@host:8080/x.git', '', '', '', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['git://host/x', ['git://host/x', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['ssh://git@host:22/x.git', ['ssh://git@host:22/x.git', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['git@github.com:foo/bar.git', ['git@github.com:foo/bar.git', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['git@host:a/b#v1:sub', ['git@host:a/b', 'v1', '', 'sub', 'false', 'nil', 'nil', '', 'false']],
  ['git@host:x?ref=v1', ['git@host:x', 'v1', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['github.com/foo/bar', ['github.com/foo/bar', '', '', '', 'true', 'nil', 'nil', '', 'false']],
  ['github.com/foo/bar.git#main', ['github.com/foo/bar.git', 'main', '', '', 'true', 'nil', 'nil', '', 'false']],
  ['https://host/a%2Fb.git', ['https://host/a%2Fb.git', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['https://host/x.git?', ['https://host/x.git?', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['https://host/x.git?ref=v1&subdir=a', ['https://host/x.git', 'v1', '', 'a', 'false', 'nil', 'nil', '', 'false']],
  ['https://host/x.git?tag=v1', ['https://host/x.git', 'refs/tags/v1', '', '', 'false', 'nil', 'nil', '', 'false']],
  [
    'https://host/x.git?tag=refs/tags/v1',
    ['https://host/x.git', 'refs/tags/v1', '', '', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?branch=dev',
    ['https://host/x.git', 'refs/heads/dev', '', '', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['https://host/x.git?commit=abc', ['https://host/x.git', '', 'abc', '', 'false', 'nil', 'nil', '', 'false']],
  [
    'https://host/x.git?checksum=abc&keep-git-dir',
    ['https://host/x.git', '', 'abc', '', 'false', 'true', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?keep-git-dir=0&submodules=false',
    ['https://host/x.git', '', '', '', 'false', 'false', 'false', '', 'false'],
  ],
  [
    'https://host/x.git?submodules&fetch-by-commit=1&mtime=commit',
    ['https://host/x.git', '', '', '', 'false', 'nil', 'true', 'commit', 'true'],
  ],
  ['https://host/x.git?ref=main#main', ['https://host/x.git', 'main', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['https://host/x.git?%zz=1', ['https://host/x.git', '', '', '', 'false', 'nil', 'nil', '', 'false']],
  ['git@host:#a', ['git@host:', 'a', '', '', 'false', 'nil', 'nil', '', 'false']],
] as const;

for (const [text, expected] of references) {
  test(`${JSON.stringify(text)} is a git reference`, () => {
    const parsed = parseGitRef(text);
    if (!parsed || 'error' in parsed) throw new Error(parsed?.error);
    const { ref } = parsed;
    expect([
      ref.remote,
      ref.ref,
      ref.checksum,
      ref.subDir,
      String(ref.indistinguishableFromLocal),
      String(ref.keepGitDir ?? 'nil'),
      String(ref.submodules ?? 'nil'),
      ref.mtime,
      String(ref.fetchByCommit),
    ]).toEqual(expected);
  });
}

const others = [
  './x',
  '../x.git',
  'x',
  'alpine',
  'https://host/x',
  'https://host/x.git/',
  'http://host/x.git.zip',
  'ftp://host/x.git',
  'git@host',
  '@host:x',
  'git@ho_st:x',
  'git@host:x?%zz',
  'git@host:x\n',
  'https://h h/x.git',
  'https://host/%zz.git',
] as const;

for (const text of others) {
  test(`${JSON.stringify(text)} is no git reference`, () => {
    expect(parseGitRef(text)).toBeUndefined();
  });
}

const refused = [
  ['https://host/x.git?ref=', 'query "ref" has no value'],
  ['https://host/x.git?ref=a&ref=b', 'query "ref" has multiple values'],
  ['https://host/x.git?ref=a#b', 'ref conflicts: "b" vs "a"'],
  ['https://host/x.git?subdir=a#b:c', 'subdir conflicts: "c" vs "a"'],
  ['https://host/x.git?tag=a#b', 'ref conflicts: "b" vs "refs/tags/a"'],
  ['https://host/x.git?tag=a&branch=b', 'branch conflicts with tag'],
  ['https://host/x.git?branch=a#b', 'ref conflicts: "b" vs "refs/heads/a"'],
  ['https://host/x.git?x=y', 'unexpected query "x"'],
  ['https://host/x.git?mtime=x', 'invalid mtime value: "x" (must be "checkout" or "commit")'],
  ['https://host/x.git?keep-git-dir=x', 'invalid keep-git-dir value: "x"'],
  ['https://host/x.git?submodules=2', 'invalid submodules value: "2"'],
  ['https://host/x.git?fetch-by-commit=maybe', 'invalid fetch-by-commit value: "maybe"'],
] as const;

for (const [text, error] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parseGitRef(text)).toEqual({ error });
  });
}

// What llb.Git makes of remote, ref, directory, checksum and switches: identifier, attributes, capabilities.

const sources = [
  [
    'https://github.com/foo/bar.git',
    '',
    '',
    '',
    '',
    [
      'git://github.com/foo/bar.git',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'https://github.com/foo/bar.git',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
  [
    'https://github.com/foo/bar.git',
    'main',
    '',
    '',
    '',
    [
      'git://github.com/foo/bar.git#main',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'https://github.com/foo/bar.git',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
  [
    'https://github.com/foo/bar.git',
    'main',
    'sub',
    'abc',
    'ksfam',
    [
      'git://github.com/foo/bar.git#main:sub',
      'git.advice',
      'true',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.checksum',
      'abc',
      'git.fetchbycommit',
      'true',
      'git.fullurl',
      'https://github.com/foo/bar.git',
      'git.keepgitdir',
      'true',
      'git.mtime',
      'commit',
      'git.skipsubmodules',
      'true',
      'caps',
      'source.git',
      'source.git.checksum',
      'source.git.fetchbycommit',
      'source.git.fullurl',
      'source.git.keepgitdir',
      'source.git.mtime',
      'source.git.skipsubmodules',
    ],
  ],
  [
    'https://github.com/foo/bar.git',
    '',
    'sub',
    '',
    '',
    [
      'git://github.com/foo/bar.git#:sub',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'https://github.com/foo/bar.git',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
  [
    'github.com/foo/bar',
    '',
    '',
    '',
    '',
    [
      'git://github.com/foo/bar',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'https://github.com/foo/bar',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
  [
    'git@github.com:foo/bar.git',
    'v1',
    '',
    '',
    '',
    [
      'git://github.com/foo/bar.git#v1',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'git@github.com:foo/bar.git',
      'git.knownsshhosts',
      '-\n',
      'git.mountsshsock',
      'default',
      'caps',
      'source.git',
      'source.git.fullurl',
      'source.git.knownsshhosts',
      'source.git.mountsshsock',
    ],
  ],
  [
    'ssh://git@host:22/a/../b.git',
    '',
    '',
    '',
    '',
    [
      'git://host:22/b.git',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'ssh://git@host:22/a/../b.git',
      'git.knownsshhosts',
      '-\n',
      'git.mountsshsock',
      'default',
      'caps',
      'source.git',
      'source.git.fullurl',
      'source.git.knownsshhosts',
      'source.git.mountsshsock',
    ],
  ],
  [
    'ftp://x/y',
    'main',
    '',
    '',
    '',
    [
      'git://ftp://x/y',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'ftp://x/y',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
  [
    'https://u:p@h/x.git?a=b#c',
    '',
    '',
    '',
    '',
    [
      'git://h/x.git',
      'git.authheadersecret',
      'GIT_AUTH_HEADER',
      'git.authtokensecret',
      'GIT_AUTH_TOKEN',
      'git.fullurl',
      'https://u:p@h/x.git',
      'caps',
      'source.git',
      'source.git.fullurl',
    ],
  ],
] as const;

for (const [remote, ref, subDir, checksum, switches, expected] of sources) {
  test(`the source of ${remote} ${ref} ${subDir} ${checksum} ${switches}`, () => {
    const source = gitSource({ ...plain, ...switched(switches), remote, ref, subDir, checksum }, () => '-\n');
    expect([source.identifier, ...source.attrs.flat(), 'caps', ...source.caps]).toEqual(expected);
  });
}

const plain: GitSourceOptions = {
  remote: '',
  ref: '',
  subDir: '',
  checksum: '',
  keepGitDir: false,
  submodules: undefined,
  mtime: '',
  fetchByCommit: false,
  advice: false,
};

function switched(letters: string): Partial<GitSourceOptions> {
  return {
    keepGitDir: letters.includes('k'),
    submodules: letters.includes('s') ? false : undefined,
    fetchByCommit: letters.includes('f'),
    advice: letters.includes('a'),
    mtime: letters.includes('m') ? 'commit' : '',
  };
}

test('without a network the host keys are missing, and the host is named', () => {
  const source = gitSource({ ...plain, remote: 'git@github.com:foo/bar.git' });
  expect(source.attrs.map(([key]) => key)).not.toContain('git.knownsshhosts');
  expect(source.caps).toContain('source.git.knownsshhosts');
  expect(source.unknownHost).toBe('github.com');
  expect(gitSource({ ...plain, remote: 'https://github.com/foo/bar.git' }).unknownHost).toBeUndefined();
});
