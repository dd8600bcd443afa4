// What runs again after a change of what a RUN mounts.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, ALPINE_NEXT, DEBIAN, DEBIAN_NEXT, edits, editsBoth, F_AND_G } from './steps.ts';

export const mounts = (): Scenario[] => [
  edits(
    'mount-bind-context',
    'RUN with a bind mount of the context: the content of the mounted path counts.',
    {},
    {
      dockerfile: `${A}RUN --mount=type=bind,source=src,target=/in cat /in/a > /x\nRUN true\n`,
      files: { 'src/a': 'a\n', f: 'f\n' },
    },
    { label: 'outside', files: { f: 'f changed\n' } },
    { label: 'inside', files: { 'src/a': 'a changed\n' } },
    { label: 'inside, not read', files: { 'src/b': 'b\n' } },
  ),
  edits(
    'mount-bind-whole-context',
    'RUN with a bind mount of the whole context.',
    {},
    { dockerfile: `${A}RUN --mount=type=bind,target=/in cat /in/f > /x\n`, files: F_AND_G },
    { label: 'another file', files: { g: 'g changed\n' } },
    { label: 'touch', files: { f: { text: 'f\n', mtime: 1_720_000_000 } } },
  ),
  edits(
    'mount-bind-rw',
    'A writable bind mount: what is written is thrown away.',
    {},
    {
      dockerfile: `${A}RUN --mount=type=bind,target=/in,rw echo y >> /in/f && cat /in/f > /x\nCOPY f /opt/\n`,
      files: F_AND_G,
    },
    { label: 'nothing' },
    { label: 'file', files: { f: 'f changed\n' } },
  ),
  edits(
    'mount-cache',
    'A cache mount: its content is no part of the key; its id is part of the op.',
    {},
    {
      dockerfile: `${A}RUN --mount=type=cache,target=/c echo x >> /c/f && cp /c/f /x\nCOPY f /opt/\nRUN cat /x > /y\n`,
      files: F_AND_G,
    },
    { label: 'nothing' },
    { label: 'id', with: [['target=/c', 'target=/c,id=other']] },
    { label: 'sharing', with: [['id=other', 'id=other,sharing=locked']] },
    { label: 'command', with: [['echo x', 'echo y']] },
  ),
  edits(
    'mount-secret',
    'A secret: its value is no part of the key.',
    {},
    {
      dockerfile: `${A}RUN --mount=type=secret,id=s cat /run/secrets/s > /x\nRUN true\n`,
      files: {},
      secrets: { s: 'one' },
      look: ['/x'],
    },
    { label: 'value', secrets: { s: 'two' } },
    { label: 'gone', secrets: {} },
    { label: 'required and gone', secrets: {}, with: [['id=s', 'id=s,required=true']] },
  ),
  edits(
    'mount-secret-env',
    'A secret as a variable.',
    {},
    {
      dockerfile: `${A}RUN --mount=type=secret,id=s,env=S echo "$S" > /x\n`,
      files: {},
      secrets: { s: 'one' },
      look: ['/x'],
    },
    { label: 'value', secrets: { s: 'two' } },
    { label: 'other variable', with: [['env=S echo "$S"', 'env=T echo "$T"']] },
  ),
  edits(
    'mount-tmpfs',
    'A tmpfs mount, then with a size.',
    {},
    { dockerfile: `${A}RUN --mount=type=tmpfs,target=/t echo x > /t/x\nRUN true\n`, files: {} },
    { label: 'nothing' },
    { label: 'size', with: [['target=/t', 'target=/t,size=1m']] },
  ),
  edits(
    'mount-from-stage',
    'A mount of a stage that runs again.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS tools\nCOPY f /tool\nRUN cat /tool > /bin/tool\nFROM ${ALPINE}\nRUN --mount=from=tools,source=/bin/tool,target=/t cat /t > /x\nCOPY g /opt/\n`,
      files: F_AND_G,
    },
    { label: 'tool', files: { f: 'f changed\n' } },
    { label: 'file g', files: { g: 'g changed\n' } },
  ),
  edits(
    'mount-from-image',
    'A mount of an image; the image changes.',
    {},
    {
      dockerfile: `${A}RUN --mount=from=${DEBIAN},source=/etc,target=/e cat /e/debian_version > /x\nRUN true\n`,
      files: {},
    },
    { label: 'image', with: [[DEBIAN, DEBIAN_NEXT]] },
  ),
  edits(
    'mount-from-image-same-content',
    'A mount of an image; the mounted path is the same in the next.',
    {},
    {
      dockerfile: `${A}RUN --mount=from=${DEBIAN},source=/usr/sbin,target=/e cat /e/useradd > /x\nRUN true\n`,
      files: {},
    },
    { label: 'image', with: [[DEBIAN, DEBIAN_NEXT]] },
  ),
  ...editsBoth(
    'mount-after-links',
    'Links, then a RUN with a mount of the context',
    {},
    {
      dockerfile: `${A}COPY --link f /opt/\nRUN --mount=type=bind,source=g,target=/g cat /opt/f /g > /x\nCOPY --link g /srv/\n`,
      files: F_AND_G,
    },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
    { label: 'file g', files: { g: 'g changed\n' } },
  ),
];
