// Actions beyond the fixes of one diagnostic, which the marked Dockerfiles show: all at once, and stages that were nearly named.
import { expect, test } from 'vitest';
import { analyze } from '../analysis/analyze.ts';
import { hostSha256 } from '../node/sha256.ts';
import { applyEdits } from '../rules/edits.ts';
import { codeActions } from './codeActions.ts';
import { diagnostics } from './diagnostics.ts';

const read = (text: string) => analyze(text, { attrs: {} }, { dockerignore: null, sha256: hostSha256 });

test('all safe fixes of the file, offered beside a problem and on save', () => {
  const analysis = read('from alpine as Build\nENV A b c\nRUN x \\\n\n  y\nexpose 80/TCP\nEXPOSE 81\nMAINTAINER me\n');
  const everything = { start: 0, end: analysis.text.length };
  const actions = codeActions(analysis, everything, diagnostics(analysis));
  const all = actions.filter(({ title }) => title.startsWith('Fix all'));
  expect(all.map(({ kind }) => kind)).toEqual(['quickfix', 'source.fixAll.llbLens']);
  const fixed = applyEdits(analysis.text, all[0]!.edits);
  expect(fixed).toBe('FROM alpine AS build\nENV A="b c"\nRUN x \\\n  y\nEXPOSE 80/tcp\nEXPOSE 81\nMAINTAINER me\n');
  const again = codeActions(read(fixed), everything, []);
  expect(again.filter(({ kind }) => kind === 'source.fixAll.llbLens')).toEqual([]);
  const away = codeActions(analysis, { start: analysis.text.length, end: analysis.text.length }, []);
  expect(away.map(({ kind }) => kind)).toEqual(['source.fixAll.llbLens']);
});

test('what the settings switch off is not mended', () => {
  const analysis = read('FROM alpine AS Build\nEXPOSE 80/TCP\n');
  const everything = { start: 0, end: analysis.text.length };
  const found = diagnostics(analysis);
  const allOf = (...off: string[]) => {
    const shown = found.filter(({ code }) => !off.includes(code));
    const actions = codeActions(analysis, everything, shown, shown);
    return actions.find(({ kind }) => kind.startsWith('source.'));
  };
  const text = (...off: string[]) => applyEdits(analysis.text, allOf(...off)?.edits ?? []);
  expect(text()).toBe('FROM alpine AS build\nEXPOSE 80/tcp\n');
  expect(text('StageNameCasing')).toBe('FROM alpine AS Build\nEXPOSE 80/tcp\n');
  expect(allOf(...found.map(({ code }) => code))).toBeUndefined();
});

test('a stage that was nearly named', () => {
  const text = 'FROM alpine AS builder\nFROM alpine\nCOPY --from=buidler /a /b\n';
  const at = text.indexOf('buidler');
  const [action] = codeActions(read(text), { start: at + 2, end: at + 2 }, []);
  expect(action?.title).toBe('Change to stage builder');
  expect(applyEdits(text, action!.edits)).toBe(text.replace('buidler', 'builder'));
});
