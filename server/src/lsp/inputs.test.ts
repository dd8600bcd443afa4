// What documents know of images and contexts, with a host that answers when it is told to.
import { describe, expect, test } from 'vitest';
import type { ContextRead, ContextRequest, ContextUse } from '../analysis/contextUse.ts';
import { linuxAmd64 } from '../oci/platform.ts';
import { documentContexts } from './contexts.ts';
import type { Host, ImageSettings } from './host.ts';
import { documentImages, tagOf } from './images.ts';
import { defaultSettings } from './settings.ts';

const log = { error() {}, warn() {}, info() {} };
const on: ImageSettings = { ...defaultSettings.images, mode: 'on' };
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

function newHost() {
  const timers = new Map<() => void, number>();
  const asked: string[] = [];
  const known = new Map<string, string>();
  let made = 0;
  const uses: { request: ContextRequest; answer: (use: ContextUse) => void; fail: (error: Error) => void }[] = [];
  const watched: (() => void)[] = [];
  const ended: string[] = [];
  const host = {
    name: 'a test',
    sha256: () => '',
    now: () => 0,
    after(ms: number, run: () => void) {
      timers.set(run, ms);
      return () => timers.delete(run);
    },
    reaches: () => false,
    readText: async () => null,
    listFolder: async () => null,
    images() {
      made++;
      return {
        lookup: (ref: string) => (known.has(ref) ? { digest: known.get(ref) as string } : undefined),
        about: () => undefined,
        async request(ref: string) {
          asked.push(ref);
          if (ref.includes('none') || known.has(ref)) return false;
          known.set(ref, `sha256:${ref}`);
          return true;
        },
        dispose: () => ended.push('images'),
      };
    },
    context: (folder: string) => ({
      use: (request: ContextRequest) =>
        new Promise<ContextUse>((answer, fail) => {
          uses.push({ request, answer, fail });
        }),
      watch(changed: () => void) {
        watched.push(changed);
        return () => watched.splice(watched.indexOf(changed), 1);
      },
      changed() {
        for (const run of [...watched]) run();
      },
      dispose: () => ended.push(folder),
    }),
  } as unknown as Host;
  const run = () => {
    for (const [timer] of [...timers]) {
      timers.delete(timer);
      timer();
    }
  };
  return { host, timers, run, asked, known, uses, watched, ended, made: () => made };
}

describe('images', () => {
  const begin = () => {
    const parts = newHost();
    const changes: string[][] = [];
    const unknown: string[] = [];
    const images = documentImages(
      parts.host,
      log,
      (uris) => changes.push([...uris]),
      (uri) => unknown.push(uri),
    );
    const analyse = (uri: string, ref: string, settings = on, soon = false) => {
      const found = images.inputs(uri, settings).image?.(ref, linuxAmd64);
      images.ask(uri, soon);
      return found;
    };
    return { ...parts, images, changes, unknown, analyse };
  };

  test('nobody is asked of a name that is still being typed', async () => {
    const { analyse, timers, run, asked } = begin();
    for (const ref of ['d', 'de', 'deb']) analyse('a', ref);
    expect([...timers.values()]).toEqual([1000]);
    run();
    expect(asked).toEqual(['deb']);
    analyse('a', 'debian', on, true);
    expect([...timers.values()]).toEqual([0]);
  });

  test('every document that has the image hears of it, and no other', async () => {
    const { analyse, run, changes, made } = begin();
    expect(analyse('a', 'x')).toBe(undefined);
    analyse('b', 'x');
    analyse('c', 'y');
    run();
    await settled();
    expect(changes.flat().filter((uri) => uri === 'c').length).toBe(1);
    expect(new Set(changes.flat())).toEqual(new Set(['a', 'b', 'c']));
    expect(analyse('a', 'x')).toEqual({ digest: 'sha256:x' });
    expect(made()).toBe(1);
  });

  test('no answer is no news', async () => {
    const { analyse, run, changes } = begin();
    analyse('a', 'none');
    run();
    await settled();
    expect(changes).toEqual([]);
  });

  test('what is cached alone says once that it does not know, what is off never', () => {
    const { analyse, unknown, images, host } = begin();
    analyse('a', 'x', { ...on, mode: 'cached' });
    analyse('a', 'y', { ...on, mode: 'cached' });
    analyse('b', 'x', { ...on, mode: 'off' });
    expect(unknown).toEqual(['a']);
    expect(images.inputs('b', { ...on, mode: 'off' })).toEqual({});
    const bare = documentImages(
      { ...host, images: undefined } as unknown as Host,
      log,
      () => {},
      () => {},
    );
    expect(bare.inputs('a', on)).toEqual({});
  });

  test('what is closed asks nothing, and all ends with the session', () => {
    const { analyse, images, timers, ended } = begin();
    analyse('a', 'x');
    images.forget('a');
    expect(timers.size).toBe(0);
    images.dispose();
    expect(ended).toEqual(['images']);
  });

  test.each<[string, Partial<ImageSettings>, number | undefined]>([
    ['an hour', {}, 300_000],
    ['two minutes', { refresh: 2 }, 120_000],
    ['next to nothing', { refresh: 0 }, 1000],
    ['longer than a timer can wait', { refresh: 1e9 }, 300_000],
    ['what is cached alone', { mode: 'cached' }, undefined],
    ['archives', { mode: 'cached', archives: ['a.tar'] }, 300_000],
  ])('what is open is looked at again: %s', (_, settings, wanted) => {
    const { analyse, run, asked, timers, images } = begin();
    analyse('a', 'x', { ...on, ...settings });
    run();
    expect([...timers.values()]).toEqual(wanted === undefined ? [] : [wanted]);
    run();
    expect(asked).toEqual(wanted === undefined ? ['x'] : ['x', 'x']);
    expect(timers.size).toBe(wanted === undefined ? 0 : 1);
    images.forget('a');
    expect(timers.size).toBe(0);
  });

  test('of a pin its tag is asked for too', () => {
    const { analyse, run, asked } = begin();
    const pinned = `docker.io/library/debian:12@sha256:${'1'.repeat(64)}`;
    analyse('a', pinned);
    run();
    expect(asked).toEqual([pinned, 'docker.io/library/debian:12']);
    expect(tagOf('docker.io/library/debian:12')).toBe(undefined);
    expect(tagOf(`debian@sha256:${'1'.repeat(64)}`)).toBe(undefined);
  });
});

describe('contexts', () => {
  const read = (path: string, start = 0): ContextRead => ({
    path,
    wildcard: true,
    include: [],
    exclude: [],
    instruction: start,
    kind: 'copy',
    source: path,
    span: { start, end: start },
  });
  const request = (paths: readonly string[], ignore = '', start = 0): ContextRequest => ({
    reads: paths.map((path) => read(path, start)),
    follow: [...paths],
    ignore: ignore === '' ? [] : [{ pattern: ignore, line: 1 }],
  });
  const useOf = (asked: ContextRequest, files = 1): ContextUse => ({
    reads: asked.reads.map((own) => ({
      read: own,
      named: 'file' as const,
      directories: [],
      error: undefined,
      files,
      bytes: 0,
      largest: [],
      ignored: { files: 0, bytes: 0, lines: [] },
      nothing: undefined,
      nearest: undefined,
      swept: [],
    })),
    sent: { files, bytes: 0 },
    error: undefined,
    whole: { files, bytes: 0 },
    truncated: false,
  });
  const begin = () => {
    const parts = newHost();
    const changes: string[] = [];
    const contexts = documentContexts(parts.host, log, (uris) => changes.push(...uris));
    const answer = async (files = 1) => {
      const next = parts.uses.shift();
      next?.answer(useOf(next.request, files));
      await settled();
    };
    return { ...parts, contexts, changes, answer };
  };

  test('nothing, then an answer that lines above do not make old', async () => {
    const { contexts, uses, changes, answer } = begin();
    const ask = contexts.ask('a', 'f');
    expect(ask?.(request(['x']))).toBe(undefined);
    await answer();
    expect(changes).toEqual(['a']);
    expect(ask?.(request(['x'], '', 77))?.reads.length).toBe(1);
    expect(uses.length).toBe(0);
  });

  test('while a new source is looked at, the others keep their answers', async () => {
    const { contexts, answer } = begin();
    const ask = contexts.ask('a', 'f');
    ask?.(request(['x']));
    await answer(5);
    expect(ask?.(request(['new', 'x']))?.reads.map((use) => use?.files)).toEqual([undefined, 5]);
    expect(ask?.(request(['x'], '*.log'))).toBe(undefined);
  });

  test('one question at a time, and then the last one', async () => {
    const { contexts, uses, answer } = begin();
    const ask = contexts.ask('a', 'f');
    for (const path of ['a', 'ab', 'abc']) ask?.(request([path]));
    expect(uses.length).toBe(1);
    await answer();
    expect(uses.map((use) => use.request.follow)).toEqual([['abc']]);
  });

  test('a change of the folder is looked at, and told where it matters', async () => {
    const { contexts, changes, answer, uses, watched } = begin();
    const ask = contexts.ask('a', 'f');
    ask?.(request(['x']));
    await answer(1);
    watched[0]?.();
    await answer(1);
    expect(changes).toEqual(['a']);
    contexts.filesChanged(['f/new']);
    await answer(2);
    expect(changes).toEqual(['a', 'a']);
    contexts.filesChanged(['elsewhere/new']);
    expect(uses.length).toBe(0);
  });

  test('a folder that cannot be read is asked again when it changes, not before', async () => {
    const { contexts, uses, changes, watched } = begin();
    const ask = contexts.ask('a', 'f');
    ask?.(request(['x']));
    uses.shift()?.fail(new Error('no'));
    await settled();
    expect(ask?.(request(['x']))).toBe(undefined);
    expect([uses.length, changes]).toEqual([0, []]);
    watched[0]?.();
    expect(uses.length).toBe(1);
  });

  test('a folder is open as long as some document has it for its context', async () => {
    const { contexts, ended, uses, changes, answer } = begin();
    contexts.ask('a', 'f')?.(request(['x']));
    contexts.ask('b', 'f');
    contexts.forget('a');
    expect(ended).toEqual([]);
    contexts.ask('b', 'g');
    expect(ended).toEqual(['f']);
    expect(uses.length).toBe(1);
    await answer();
    expect(changes).toEqual([]);
    contexts.dispose();
    expect(ended).toEqual(['f', 'g']);
    expect(contexts.ask('c', undefined)).toBe(undefined);
  });
});
