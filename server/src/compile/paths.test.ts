import { expect, test } from 'vitest';
import {
  checkSystemDriveAndRemoveDriveLetter,
  defaultPathEnv,
  isAbs,
  normalizePath,
  normalizeWorkdir,
  toSlash,
} from './paths.ts';

// The expectations are what BuildKit's util/system answers.

const paths = [
  ['/', 'a', 'linux', 'false', '/a'],
  ['/w', 'a/../b', 'linux', 'false', '/w/b'],
  ['/w', '../../b', 'linux', 'false', '/b'],
  ['w', 'a', 'linux', 'false', '/w/a'],
  ['', '', 'linux', 'false', '/'],
  ['/w', '', 'linux', 'false', '/w'],
  ['/w', '/a/', 'linux', 'false', '/a/'],
  ['/w', '/a//b/', 'linux', 'false', '/a//b/'],
  ['/w', 'a/', 'linux', 'true', '/w/a/'],
  ['/w', 'a/.', 'linux', 'true', '/w/a/.'],
  ['/', '.', 'linux', 'true', '/'],
  ['/', './', 'linux', 'true', '/'],
  ['/', '/.', 'linux', 'true', '/./.'],
  ['/w', '/a/', 'linux', 'true', '/a/'],
  ['/w', 'C:\\a', 'linux', 'false', '/w/C:\\a'],
  ['/w', 'a/', '', 'true', '/w/a/'],
  ['/w', 'C:\\a\\..\\b\\', 'windows', 'false', '/b'],
  ['/w', 'C:\\a\\..\\b\\', 'windows', 'true', '/b/'],
  ['C:\\w', 'a', 'windows', 'false', '/w/a'],
  ['/w', 'c:a', 'windows', 'false', '/w/a'],
  ['/w', 'D:\\a', 'windows', 'false', 'removing drive letter: The specified path is not on the system drive (C:)'],
  ['D:\\', 'a', 'windows', 'false', 'removing drive letter: The specified path is not on the system drive (C:)'],
  ['/w', 'C:', 'windows', 'false', 'removing drive letter: No relative path specified in "C:"'],
  ['/w', '\\\\.\\C$', 'windows', 'false', 'removing drive letter: UNC paths are not supported'],
  ['/w', 'é\\', 'windows', 'true', '/w/é/'],
  ['', '\\a\\.', 'windows', 'true', '/a/.'],
  ['/w', 'a:b', 'windows', 'false', 'removing drive letter: The specified path is not on the system drive (C:)'],
] as const;

for (const [parent, path, os, keepSlash, expected] of paths) {
  test(`normalizePath of ${path} under ${parent || 'nothing'} on ${os || 'no system'}, keepSlash ${keepSlash}`, () => {
    expect(spoken(normalizePath(parent, path, os, keepSlash === 'true'))).toBe(expected);
  });
}

const workdirs = [
  ['', 'a', 'linux', '/a'],
  ['/w', 'a', 'linux', '/w/a'],
  ['/w', '/a', 'linux', '/a'],
  ['w', '', 'linux', '/w'],
  ['', 'a', 'windows', '\\a'],
  ['', 'C:/a\\b/c', 'windows', '\\a\\b\\c'],
  ['w/x\\y', 'a', 'windows', '\\w\\x\\y\\a'],
  [
    'D:\\a',
    'b',
    'windows',
    'normalizing working directory: removing drive letter: The specified path is not on the system drive (C:)',
  ],
  ['C:', 'a', 'windows', 'normalizing working directory: removing drive letter: No relative path specified in "C:"'],
  ['/t', 'C:', 'windows', 'normalizing working directory: removing drive letter: No relative path specified in "C:"'],
  ['/t', 'C:a', 'windows', '\\t\\a'],
  ['C:\\..\\t\\..\\', '', 'windows', '\\'],
] as const;

for (const [current, path, os, expected] of workdirs) {
  test(`normalizeWorkdir of ${path} at ${current} on ${os}`, () => {
    expect(spoken(normalizeWorkdir(current, path, os))).toBe(expected);
  });
}

const drives = [
  ['d:\\', 'windows', 'false', 'The specified path is not on the system drive (C:)'],
  ['z', 'windows', 'false', 'z'],
  ['AB', 'windows', 'false', 'AB'],
  ['c:\\', 'windows', 'false', '/'],
  ['C:/', 'windows', 'false', '/'],
  ['c:', 'windows', 'false', 'No relative path specified in "c:"'],
  ['é:', 'windows', 'false', 'The specified path is not on the system drive (C:)'],
  ['\\\\x', 'windows', 'false', 'UNC paths are not supported'],
  ['//x', 'windows', 'false', 'UNC paths are not supported'],
  ['\\a\\b\\..\\c\\', 'windows', 'true', '/a/c/'],
  ['\\a\\b\\..\\c\\', 'windows', 'false', '/a/c'],
  ['\\a\\..\\', 'linux', 'true', '\\a\\..\\'],
  ['c:', 'linux', 'false', 'c:'],
  [':a', 'windows', 'false', 'The specified path is not on the system drive (C:)'],
  ['', 'windows', 'false', '.'],
  ['a/', 'windows', 'true', 'a'],
  ['é/', 'windows', 'true', 'é/'],
  ['C:\\', 'windows', 'true', '/'],
] as const;

for (const [path, os, keepSlash, expected] of drives) {
  test(`the drive of ${JSON.stringify(path)} on ${os}, keepSlash ${keepSlash}`, () => {
    expect(spoken(checkSystemDriveAndRemoveDriveLetter(path, os, keepSlash === 'true'))).toBe(expected);
  });
}

const absolute = [
  ['C:\\a', 'windows', true],
  ['C:a', 'windows', false],
  ['\\a', 'windows', true],
  ['/a', 'windows', true],
  ['a', 'windows', false],
  ['D:\\a', 'windows', false],
  ['\\a', 'linux', false],
  ['/a', 'linux', true],
  ['a', 'linux', false],
  ['/a', '', true],
] as const;

for (const [path, os, expected] of absolute) {
  test(`isAbs of ${path} on ${os || 'no system'}`, () => {
    expect(isAbs(path, os)).toBe(expected);
  });
}

test('slashes and PATH', () => {
  expect(toSlash('a\\b', 'windows')).toBe('a/b');
  expect(toSlash('a\\b', 'linux')).toBe('a\\b');
  expect(defaultPathEnv('linux')).toBe('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  expect(defaultPathEnv('windows')).toBe(
    'c:\\Windows\\System32;c:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0',
  );
});

function spoken(result: { readonly path: string } | { readonly error: string }): string {
  return 'error' in result ? result.error : result.path;
}
