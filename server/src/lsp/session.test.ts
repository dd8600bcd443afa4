// The session alone: edits in every encoding, one analysis for all who ask, and answers that come too late.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostSha256 } from '../node/sha256.ts';
import type { Encoding } from './coordinates.ts';
import type { Files } from './files.ts';
import type { Host, HostImages } from './host.ts';
import { type OpenDocument, Session, type SessionOptions } from './session.ts';

const uri = 'file:///folder/Dockerfile';

/** A host whose timers run only when told to. */
function stillHost(): Host & { readonly timers: (() => void)[] } {
  const timers: (() => void)[] = [];
  return {
    name: 'a test',
    sha256: hostSha256,
    timers,
    now: () => 0,
    after(_, run) {
      timers.push(run);
      return () => timers.splice(timers.indexOf(run), 1);
    },
    reaches: () => false,
    readText: async () => null,
    listFolder: async () => null,
  };
}

const noFiles: Files = { readText: async () => undefined, listFolder: async () => undefined };

function newSession(options: Partial<SessionOptions> = {}) {
  const told: string[] = [];
  const name = (document: OpenDocument) => `${document.uri.split('/').at(-1)} ${document.version}`;
  const session = new Session({
    host: stillHost(),
    log: { error: (m) => told.push(`error: ${m}`), warn: (m) => told.push(`warning: ${m}`), info: () => {} },
    files: noFiles,
    encoding: 'utf-16',
    events: {
      textChanged: (document) => told.push(`text of ${name(document)}`),
      meaningChanged: (documents) => told.push(`meaning of ${documents.map(name).join()}`),
      closed: (document) => told.push(`end of ${name(document)}`),
    },
    fetchSettings: undefined,
    settings: undefined,
    folders: [],
    ...options,
  });
  const open = (text: string, at = uri): OpenDocument => {
    session.open({ textDocument: { uri: at, languageId: 'dockerfile', version: 1, text } });
    return session.find(at) as OpenDocument;
  };
  return { session, told, open };
}

describe('edits', () => {
  const pieces = fc.constantFrom('a', ' ', 'é', '€', '😀', '\n', '\r\n', '\r', 'RUN x\n');
  const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
  const size = (text: string, encoding: Encoding) =>
    encoding === 'utf-8' ? Buffer.byteLength(text) : encoding === 'utf-32' ? [...text].length : text.length;

  test.each<Encoding>(['utf-16', 'utf-8', 'utf-32'])('in %s come to the text that the editor has', (encoding) => {
    fc.assert(
      fc.property(texts, fc.array(fc.tuple(fc.nat(60), fc.nat(60), texts), { maxLength: 6 }), (first, edits) => {
        const { session, open } = newSession({ encoding });
        const document = open(first);
        let text = first;
        // Only where a client can point to: not within a character, nor between the two halves of a line end.
        const place = (n: number) => {
          let at = Math.min(n, text.length);
          while (/[\udc00-\udfff]/.test(text[at] ?? '') || (text[at] === '\n' && text[at - 1] === '\r')) at -= 1;
          const lines = text.slice(0, at).split(/\r\n|\r|\n/);
          return { at, position: { line: lines.length - 1, character: size(lines.at(-1) as string, encoding) } };
        };
        const contentChanges = edits.map(([a, b, replacement]) => {
          const [start, end] = [place(Math.min(a, b)), place(Math.max(a, b))];
          text = text.slice(0, start.at) + replacement + text.slice(end.at);
          return { range: { start: start.position, end: end.position }, text: replacement };
        });
        session.change({ textDocument: { uri, version: 2 }, contentChanges });
        expect(document.text.getText()).toBe(text);
        expect(session.analysis(document)?.text).toBe(text);
      }),
    );
  });

  test('of a document that is not open are told in the log', () => {
    const { session, told } = newSession();
    session.change({ textDocument: { uri, version: 2 }, contentChanges: [{ text: 'FROM a' }] });
    session.close(uri);
    expect(told).toEqual([`warning: a change of ${uri}, which is not open`]);
  });
});

describe('one analysis', () => {
  test('for each text, whoever asks', () => {
    const { session, open } = newSession();
    const document = open('FROM scratch\n');
    const first = session.analysis(document);
    expect(session.analysis(document)).toBe(first);
    session.change({ textDocument: { uri, version: 2 }, contentChanges: [{ text: 'FROM scratch\nRUN a\n' }] });
    const second = session.analysis(document);
    expect(second).not.toBe(first);
    expect(session.analysis(document)).toBe(second);
  });

  test('and none of what is closed, or was opened again since', () => {
    const { session, open } = newSession();
    const before = open('FROM scratch\n');
    const after = open('FROM debian\n');
    expect(session.analysis(before)).toBe(undefined);
    expect(session.analysis(after)?.text).toBe('FROM debian\n');
    session.close(uri);
    expect(session.analysis(after)).toBe(undefined);
    expect(session.documents).toEqual([]);
  });

  test('of hundreds of documents only the latest are kept', () => {
    const { session, open } = newSession();
    const documents = Array.from({ length: 60 }, (_, i) =>
      open(`FROM scratch\nLABEL n=${i}\n`, `file:///${i}/Dockerfile`),
    );
    const first = documents.map((document) => session.analysis(document));
    const kept = documents.filter((document, i) => i >= 40 && session.analysis(document) === first[i]);
    expect(kept.length).toBe(20);
    expect(session.analysis(documents[0] as OpenDocument)).not.toBe(first[0]);
    expect(session.analysis(documents[0] as OpenDocument)?.text).toBe('FROM scratch\nLABEL n=0\n');
  });
});

describe('settings', () => {
  test('that come late do not undo those that were asked for later', async () => {
    const answers: ((settings: readonly unknown[]) => void)[] = [];
    const fetchSettings = () => new Promise<readonly unknown[]>((done) => answers.push(done));
    const { session, open } = newSession({ fetchSettings });
    const document = open('FROM scratch AS a\nFROM scratch AS b\n');
    const changed = session.settingsChanged(undefined);
    answers[1]?.([{ target: 'b' }]);
    await changed;
    answers[0]?.([{ target: 'a' }]);
    await session.ready(document);
    expect(document.settings.target).toBe('b');
    expect(session.analysis(document)?.target?.name).toBe('b');
  });

  test('that never come hold nothing up for long', async () => {
    const host = stillHost();
    const { session, open } = newSession({ host, fetchSettings: () => new Promise(() => {}) });
    const document = open('FROM scratch\n');
    const ready = session.ready(document);
    expect(host.timers.length).toBe(1);
    host.timers[0]?.();
    await ready;
    expect(session.analysis(document)?.problems).toEqual([]);
  });

  test('that cannot be had leave the defaults, and a word in the log', async () => {
    const { session, open, told } = newSession({ fetchSettings: () => Promise.reject(new Error('no')) });
    const document = open('FROM scratch\n');
    await session.ready(document);
    expect(told).toContain('warning: the client did not tell its settings: no');
    expect(document.settings.target).toBe('');
  });

  test('say whether anyone may be asked about images: nobody is before they are known', async () => {
    let trusted = false;
    const unknown: string[] = [];
    const images = { lookup: () => undefined, about: () => undefined, request: async () => false, dispose() {} };
    const { session, open } = newSession({
      host: { ...stillHost(), images: () => images as unknown as HostImages },
      fetchSettings: async (uris) => uris.map(() => ({ trusted })),
      events: {
        textChanged() {},
        meaningChanged() {},
        closed() {},
        imagesUnknown: (document) => unknown.push(document.uri),
      },
    });
    const document = open('FROM alpine:3\n');
    // The settings are on their way, and asked for again before they are there.
    session.analysis(document);
    const again = session.settingsChanged(null);
    session.analysis(document);
    await session.ready(document);
    session.analysis(document);
    await again;
    session.analysis(document);
    expect(unknown).toEqual([]);
    trusted = true;
    await session.settingsChanged(null);
    session.analysis(document);
    expect(unknown).toEqual([uri]);
  });

  test('and files that change the meaning are told once the first answer is out', async () => {
    let ignored: string | null = 'a\n';
    const files: Files = {
      readText: async (of) => (of.endsWith('/.dockerignore') ? ignored : null),
      listFolder: async () => null,
    };
    const { session, open, told } = newSession({ files });
    const document = open('FROM scratch\nCOPY a /\n');
    const early = session.analysis(document);
    expect(early?.missing.map(({ kind }) => kind)).toContain('dockerignore');
    await session.ready(document);
    expect(told).toEqual(['text of Dockerfile 1', 'meaning of Dockerfile 1']);
    expect(session.analysis(document)?.warnings.map(({ rule }) => rule)).toEqual(['CopyIgnoredFile']);
    await session.filesChanged();
    expect(told.length).toBe(2);
    ignored = null;
    await session.filesChanged();
    expect(told.at(-1)).toBe('meaning of Dockerfile 1');
    expect(session.analysis(document)?.warnings).toEqual([]);
  });
});
