// Verdicts on --link over a registry in memory: at once by what is usual, and by the image's own layers once these were read.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { linkVerdicts } from '../../server/src/analysis/linkVerdict.ts';
import type { Host } from '../../server/src/lsp/host.ts';
import { Session } from '../../server/src/lsp/session.ts';
import { hostImages } from '../../server/src/node/hostImages.ts';
import { hostSha256 } from '../../server/src/node/sha256.ts';
import { call } from '../../server/src/node/testing/call.ts';
import { type FakeRegistry, putImage, startFakeRegistry } from './fakeRegistry.ts';

const uri = 'file:///folder/Dockerfile';
const members = [
  { path: 'usr/bin', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
  { path: 'bin', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' },
  { path: 'srv/app', type: 'dir', mode: 0o750, uid: 1500, gid: 1500 },
] as const;

let registry: FakeRegistry;
let folder: string;
beforeEach(async () => {
  registry = await startFakeRegistry();
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-verdicts-'));
  // Neither the cache nor the logins of whoever runs this.
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('DOCKER_CONFIG', join(folder, 'docker'));
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

const blobs = (): number => registry.asked.filter(({ path }) => path.includes('/blobs/')).length;

describe('in the editor', () => {
  function open(mode: 'off' | 'cached' | 'on', text: string) {
    let changes = 0;
    const waiting: (() => void)[] = [];
    const host: Host = {
      name: 'a test',
      sha256: hostSha256,
      images: hostImages,
      now: () => performance.now(),
      after(_, work) {
        const timer = setTimeout(work, 1);
        return () => clearTimeout(timer);
      },
      reaches: () => false,
      readText: async () => null,
      listFolder: async () => null,
    };
    const session = new Session({
      host,
      log: { error: (line) => expect(line).toBe(''), warn: () => {}, info: () => {} },
      files: { readText: async () => undefined, listFolder: async () => undefined },
      encoding: 'utf-16',
      events: {
        textChanged: () => {},
        meaningChanged: () => {
          changes++;
          for (const next of waiting.splice(0)) next();
        },
        closed: () => {},
      },
      fetchSettings: undefined,
      settings: { images: { resolve: mode } },
      folders: [],
    });
    session.open({ textDocument: { uri, languageId: 'dockerfile', version: 1, text } });
    const verdict = () => {
      const document = session.find(uri);
      const analysis = document === undefined ? undefined : session.analysis(document);
      const found = analysis === undefined ? undefined : linkVerdicts(analysis).at(-1);
      return `${found?.kind} ${found?.certainty}: ${found?.sentence}`;
    };
    return {
      session,
      verdict,
      ready: async () => {
        const document = session.find(uri);
        if (document !== undefined) await session.ready(document);
      },
      changes: () => changes,
      /** The verdict as soon as it fits. */
      async until(fits: RegExp): Promise<string> {
        for (let now = verdict(); ; now = verdict()) {
          if (fits.test(now)) return now;
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      },
    };
  }

  test('a guess at once, then a fact', async () => {
    putImage(registry, 'team/app', '1', { members });
    const { session, verdict, ready, until } = open('on', `FROM ${registry.host}/team/app:1\nCOPY --link f /bin/\n`);
    await ready();
    expect(verdict()).toMatch(/^breaks guess: .*if the base has that link/);
    expect(await until(/^[a-z-]+ known/)).toMatch(/^breaks known: .*\(in the image itself\)$/);
    // Once read, it is there for whoever comes next, without a question to anyone.
    const asked = registry.asked.length;
    session.change({
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: `FROM ${registry.host}/team/app:1\nCOPY --link f /srv/app/\n` }],
    });
    expect(verdict()).toMatch(
      /^changes-owner-or-mode known: .*\/srv\/app away \(0750 1500:1500\) \(in the image itself\)$/,
    );
    expect(registry.asked.length).toBe(asked);
    session.dispose();
  });

  test('what hangs on no file of the base reads no layer', async () => {
    putImage(registry, 'team/app', '1', { members });
    const text = `FROM ${registry.host}/team/app:1\nCOPY f /bin/\nRUN x\n`;
    const { session, verdict, ready, changes } = open('on', text);
    await ready();
    verdict();
    await expect.poll(changes).toBeGreaterThan(0);
    verdict();
    // The configuration alone.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(blobs()).toBe(1);
    session.dispose();
  });

  test.each(['off', 'cached'] as const)('%s asks nobody', async (mode) => {
    putImage(registry, 'team/app', '1', { members });
    const { session, verdict, ready } = open(mode, `FROM ${registry.host}/team/app:1\nCOPY --link f /bin/\n`);
    await ready();
    verdict();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(verdict()).toMatch(/^breaks guess/);
    expect(registry.asked).toEqual([]);
    session.dispose();
  });

  test('a layer that cannot be had leaves the guess, and is not asked for at every key', async () => {
    putImage(registry, 'team/app', '1', { members });
    let refused = 0;
    registry.fault = (_, response, path) => {
      // The first blob is the configuration.
      if (!path.includes('/blobs/') || blobs() <= 1) return false;
      refused++;
      response.writeHead(404).end();
      return true;
    };
    const { session, verdict, ready } = open('on', `FROM ${registry.host}/team/app:1\nCOPY --link f /bin/\n`);
    await ready();
    verdict();
    await expect
      .poll(() => {
        verdict();
        return refused;
      })
      .toBe(1);
    for (let version = 2; version < 5; version++) {
      const text = `FROM ${registry.host}/team/app:1\nCOPY --link f${version} /bin/\n`;
      session.change({ textDocument: { uri, version }, contentChanges: [{ text }] });
      expect(verdict()).toMatch(/^breaks guess/);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(refused).toBe(1);
    session.dispose();
  });
});

describe('in the command', () => {
  const command = (...args: string[]) => call(args);
  const write = (text: string): string => {
    const path = join(folder, 'Dockerfile');
    writeFileSync(path, text);
    return path;
  };

  test('link: nobody is asked, then the registry, then what was learnt', async () => {
    putImage(registry, 'team/app', '1', { members });
    const path = write(`FROM ${registry.host}/team/app:1\nCOPY --link f /bin/\n`);
    for (const flags of [[], ['--images', 'off'], ['--images', 'cached']]) {
      expect((await command('link', ...flags, path)).out).toContain('a guess');
      expect(registry.asked).toEqual([]);
    }
    const { code, out, err } = await command('link', '--images', 'on', path);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('what was in it is lost (in the image itself) [LinkReplacesUsrMerge]');
    const asked = registry.asked.length;
    expect(await command('link', '--images', 'cached', path)).toEqual({ code, out, err });
    expect(registry.asked.length).toBe(asked);
  });

  test('check: the rules speak with the image', async () => {
    putImage(registry, 'team/app', '1', { members });
    const path = write(`FROM ${registry.host}/team/app:1\nCOPY --link f /bin/\n`);
    expect((await command('check', path)).out).toContain('1 problem (1 info)');
    const { code, out } = await command('check', '--images', 'on', path);
    expect(code).toBe(1);
    expect(out).toMatch(/error: With --link \/bin .* is lost \(so in the image itself\)\. \[LinkReplacesUsrMerge/);
  });

  test('a registry that says no is told of, and the guess stays', async () => {
    const path = write(`FROM ${registry.host}/team/none:1\nCOPY --link f /bin/\n`);
    const { out, err } = await command('link', '--images', 'on', path);
    expect(out).toContain('LinkReplacesUsrMerge');
    expect(err).toContain('not found');
  });

  test.each(['link', 'check'])('%s: a mode that there is none of', async (name) => {
    const { code, err } = await command(name, '--images', 'always', write('FROM scratch\n'));
    expect(code).toBe(2);
    expect(err).toContain('--images always: one of off, cached, on');
  });
});
