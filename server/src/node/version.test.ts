// The version that is printed is the version that is published and judged.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildkitVersion, packageVersion, version } from './version.ts';

test("the printed version is the manifest's", () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(version()).toContain(manifest.version);
  expect(packageVersion).toBe(manifest.version);
});

test('the BuildKit that is named is the one the judge links', () => {
  expect(readFileSync('conformance/judge/go.mod', 'utf8')).toContain(`github.com/moby/buildkit ${buildkitVersion}`);
});
