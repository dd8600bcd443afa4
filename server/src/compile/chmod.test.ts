import { expect, test } from 'vitest';
import { checkMode } from './chmod.ts';

// What BuildKit's COPY makes of --chmod: the bits, or the symbolic mode as it is, or the error.

const cases = [
  ['755', 493],
  ['0644', 420],
  ['07777', 4095],
  ['010000', "invalid chmod parameter: '010000'. it should be octal string and between 0 and 07777"],
  ['0', 0],
  ['37777777777', "invalid chmod parameter: '37777777777'. it should be octal string and between 0 and 07777"],
  ['99999999999', "invalid chmod parameter: '99999999999'. it should be octal string and between 0 and 07777"],
  ['0888', "invalid chmod parameter: '0888'. it should be octal string and between 0 and 07777"],
  ['0o7', "invalid chmod parameter: '0o7'. it should be octal string and between 0 and 07777"],
  ['1x', "invalid chmod parameter: '1x'. it should be octal string and between 0 and 07777"],
  ['u+x', 'u+x'],
  ['a=rwX', 'a=rwX'],
  ['go-w', 'go-w'],
  ['u=rwx,go=rx', 'u=rwx,go=rx'],
  ['+X', '+X'],
  ['=', '='],
  ['ug+rs-x', 'ug+rs-x'],
  ['u=g', 'u=g'],
  ['+t', '+t'],
  ['u+x,', 'invalid syntax'],
  ['', 'invalid syntax'],
  ['u', 'invalid syntax'],
  ['u+é', 'invalid syntax'],
  ['x', 'invalid syntax'],
  ['+755', 'invalid syntax'],
  ['-1', 'invalid syntax'],
  [' 644', 'invalid syntax'],
] as const;

for (const [text, expected] of cases) {
  test(`--chmod=${text}`, () => {
    const checked = checkMode(text);
    if (typeof expected === 'number') expect(checked).toEqual({ mode: expected });
    else if (expected === text) expect(checked).toEqual({ mode: 0, modeString: text });
    else expect(checked).toEqual({ error: expected });
  });
}

test('long modes are answered at once', () => {
  expect(checkMode('u+x,'.repeat(50_000))).toEqual({ error: 'invalid syntax' });
});
