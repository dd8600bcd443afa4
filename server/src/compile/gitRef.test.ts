import { expect, test } from 'vitest';
import { type GitSourceOptions, gitSource, parseGitRef } from './gitRef.ts';

// What BuildKit's dfgitutil answers: remote, short name, ref, checksum, directory, whether it could be a local path,
// whether it is unencrypted, keep-git-dir, submodules, mtime, fetch-by-commit.

const references = [
  [
    'https://github.com/foo/bar.git',
    ['https://github.com/foo/bar.git', 'bar', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#main',
    ['https://github.com/foo/bar.git', 'bar', 'main', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#main:sub/../dir',
    ['https://github.com/foo/bar.git', 'bar', 'main', '', 'dir', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://github.com/foo/bar.git#:sub',
    ['https://github.com/foo/bar.git', 'bar', '', '', 'sub', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['HTTP://host/x.git', ['http://host/x.git', 'x', '', '', '', 'false', 'true', 'nil', 'nil', '', 'false']],
  [
    'http://user:pw@host:8080/x.git',
    ['http://user:pw@host:8080/x.git', 'x', '', '', '', 'false', 'true', 'nil', 'nil', '', 'false'],
  ],
  ['git://host/x', ['git://host/x', 'x', '', '', '', 'false', 'true', 'nil', 'nil', '', 'false']],
  [
    'ssh://git@host:22/x.git',
    ['ssh://git@host:22/x.git', 'x', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'git@github.com:foo/bar.git',
    ['git@github.com:foo/bar.git', 'bar', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['git@host:a/b#v1:sub', ['git@host:a/b', 'b', 'v1', '', 'sub', 'false', 'false', 'nil', 'nil', '', 'false']],
  ['git@host:x?ref=v1', ['git@host:x', 'git@host:x', 'v1', '', '', 'false', 'false', 'nil', 'nil', '', 'false']],
  ['github.com/foo/bar', ['github.com/foo/bar', 'bar', '', '', '', 'true', 'false', 'nil', 'nil', '', 'false']],
  [
    'github.com/foo/bar.git#main',
    ['github.com/foo/bar.git', 'bar', 'main', '', '', 'true', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/a%2Fb.git',
    ['https://host/a%2Fb.git', 'a%2Fb', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['https://host/x.git?', ['https://host/x.git?', 'x.git?', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false']],
  [
    'https://host/x.git?ref=v1&subdir=a',
    ['https://host/x.git', 'x', 'v1', '', 'a', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?tag=v1',
    ['https://host/x.git', 'x', 'refs/tags/v1', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?tag=refs/tags/v1',
    ['https://host/x.git', 'x', 'refs/tags/v1', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?branch=dev',
    ['https://host/x.git', 'x', 'refs/heads/dev', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?commit=abc',
    ['https://host/x.git', 'x', '', 'abc', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?checksum=abc&keep-git-dir',
    ['https://host/x.git', 'x', '', 'abc', '', 'false', 'false', 'true', 'nil', '', 'false'],
  ],
  [
    'https://host/x.git?keep-git-dir=0&submodules=false',
    ['https://host/x.git', 'x', '', '', '', 'false', 'false', 'false', 'false', '', 'false'],
  ],
  [
    'https://host/x.git?submodules&fetch-by-commit=1&mtime=commit',
    ['https://host/x.git', 'x', '', '', '', 'false', 'false', 'nil', 'true', 'commit', 'true'],
  ],
  [
    'https://host/x.git?ref=main#main',
    ['https://host/x.git', 'x', 'main', '', '', 'false', 'false', 'nil', 'nil', '', 'false'],
  ],
  ['https://host/x.git?%zz=1', ['https://host/x.git', 'x', '', '', '', 'false', 'false', 'nil', 'nil', '', 'false']],
  ['git@host:#a', ['git@host:', 'git@host:', 'a', '', '', 'false', 'false', 'nil', 'nil', '', 'false']],
] as const;

for (const [text, expected] of references) {
  test(`${JSON.stringify(text)} is a git reference`, () => {
    const parsed = parseGitRef(text);
    if ('error' in parsed) throw new Error(parsed.error);
    const { ref } = parsed;
    expect([
      ref.remote,
      ref.shortName,
      ref.ref,
      ref.checksum,
      ref.subDir,
      String(ref.indistinguishableFromLocal),
      String(ref.unencryptedTcp),
      String(ref.keepGitDir ?? 'nil'),
      String(ref.submodules ?? 'nil'),
      ref.mtime,
      String(ref.fetchByCommit),
    ]).toEqual(expected);
  });
}

// Whether it is a git reference nevertheless, and the error.

const refused = [
  ['./x', ['false', 'invalid argument']],
  ['../x.git', ['false', 'invalid argument']],
  ['x', ['false', 'unknown protocol']],
  ['alpine', ['false', 'unknown protocol']],
  ['https://host/x', ['false', 'invalid argument']],
  ['https://host/x.git/', ['false', 'invalid argument']],
  ['http://host/x.git.zip', ['false', 'invalid argument']],
  ['ftp://host/x.git', ['false', 'ftp: invalid protocol']],
  ['git@host', ['false', 'unknown protocol']],
  ['@host:x', ['false', 'unknown protocol']],
  ['git@ho_st:x', ['false', 'unknown protocol']],
  ['git@host:x?%zz', ['false', 'unknown protocol']],
  ['git@host:x\n', ['false', 'unknown protocol']],
  ['https://h h/x.git', ['false', 'parse "https://h h/x.git": invalid character " " in host name']],
  ['https://host/%zz.git', ['false', 'parse "https://host/%zz.git": invalid URL escape "%zz"']],
  ['https://host/x.git?ref=', ['true', 'query "ref" has no value']],
  ['https://host/x.git?ref=a&ref=b', ['true', 'query "ref" has multiple values']],
  ['https://host/x.git?ref=a#b', ['true', 'ref conflicts: "b" vs "a"']],
  ['https://host/x.git?subdir=a#b:c', ['true', 'subdir conflicts: "c" vs "a"']],
  ['https://host/x.git?tag=a#b', ['true', 'ref conflicts: "b" vs "refs/tags/a"']],
  ['https://host/x.git?tag=a&branch=b', ['true', 'branch conflicts with tag']],
  ['https://host/x.git?branch=a#b', ['true', 'ref conflicts: "b" vs "refs/heads/a"']],
  ['https://host/x.git?x=y', ['true', 'unexpected query "x"']],
  ['https://host/x.git?mtime=x', ['true', 'invalid mtime value: "x" (must be "checkout" or "commit")']],
  ['https://host/x.git?keep-git-dir=x', ['true', 'invalid keep-git-dir value: "x"']],
  ['https://host/x.git?submodules=2', ['true', 'invalid submodules value: "2"']],
  ['https://host/x.git?fetch-by-commit=maybe', ['true', 'invalid fetch-by-commit value: "maybe"']],
] as const;

for (const [text, [isGit, error]] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parseGitRef(text)).toEqual({ error, isGit: isGit === 'true' });
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
    const source = gitSource({ ...plain, ...switched(switches), remote, ref, subDir, checksum, knownHosts: '-\n' });
    expect([source.identifier, ...source.attrs.flat(), 'caps', ...source.caps]).toEqual(expected);
  });
}

const plain: GitSourceOptions = {
  remote: '',
  ref: '',
  subDir: '',
  checksum: '',
  keepGitDir: false,
  skipSubmodules: false,
  mtime: '',
  fetchByCommit: false,
  advice: false,
};

function switched(letters: string): Partial<GitSourceOptions> {
  return {
    keepGitDir: letters.includes('k'),
    skipSubmodules: letters.includes('s'),
    fetchByCommit: letters.includes('f'),
    advice: letters.includes('a'),
    mtime: letters.includes('m') ? 'commit' : '',
  };
}

test('without a network the host keys are missing, and the host is named', () => {
  const source = gitSource({ ...plain, remote: 'git@github.com:foo/bar.git' });
  expect(source.attrs.map(([key]) => key)).not.toContain('git.knownsshhosts');
  expect(source.caps).toContain('source.git.knownsshhosts');
  expect(source.scannedHost).toBe('github.com');
  expect(gitSource({ ...plain, remote: 'https://github.com/foo/bar.git' }).scannedHost).toBeUndefined();
});
