// Order of links and copies, kinds of sources, scratch, --chmod.
import type { Scenario } from '../scenario.ts';
import { ALPINE, D, DEBIAN, pair, variants } from './steps.ts';

export const order = (): Scenario[] => [
  pair('link-order-overwrite', 'Two links write one file: the later wins.', {
    proves: ['h3-h5'],
    rules: ['LinkShadowedByLater'],
    files: { f: 'one\n', g: 'two\n' },
    text: `${D}COPY --link f /opt/x\nCOPY --link g /opt/x\n`,
    look: ['/opt/x'],
  }),
  pair('link-order-remove-then-copy', 'A RUN removes a file, a link brings it again.', {
    proves: ['h3-h5'],
    files: { f: 'one\n', g: 'two\n' },
    text: `${D}COPY --link f /opt/x\nRUN rm /opt/x\nCOPY --link g /opt/x\n`,
    look: ['/opt/x'],
  }),
  pair('link-order-copy-then-remove', 'What a later RUN removes stays removed.', {
    proves: ['h3-h5'],
    text: `${D}COPY --link f /opt/x\nRUN rm /opt/x\n`,
    look: ['/opt/x', '/opt'],
  }),
  pair('link-order-run-overwrites', 'A RUN changes a linked file; a later link of another file leaves that.', {
    proves: ['h3-h5'],
    files: { f: 'one\n', g: 'two\n' },
    text: `${D}COPY --link f /opt/x\nRUN echo three > /opt/x\nCOPY --link g /opt/y\n`,
    look: ['/opt/x', '/opt/y'],
  }),
  pair('link-order-mixed', 'Links and copies by turns.', {
    proves: ['h3-h5'],
    files: { f: 'one\n', g: 'two\n', h: 'three\n' },
    text: `${D}COPY --link f /opt/x\nCOPY g /opt/x\nCOPY --link h /opt/z\nCOPY f /opt/z\n`,
    look: ['/opt/x', '/opt/z'],
  }),
  variants('link-shadowed-by-later', 'A linked file that a later copy overwrites whole serves nobody.', {
    proves: ['h3-h5'],
    rules: ['LinkShadowedByLater'],
    files: { 'd/f': 'old\n', 'e/f': 'new\n', 'e/g': 'g\n' },
    bad: `${D}COPY --link d/ /opt/\nCOPY --link e/ /opt/\n`,
    fix: `${D}COPY --link e/ /opt/\n`,
    look: ['/opt', '/opt/f', '/opt/g'],
  }),
];

export const forms = (): Scenario[] => [
  pair('link-source-symlink', 'A link in the context as source: its target is copied.', {
    proves: ['h1', 'i2-i6'],
    files: { real: 'real\n', alias: { symlink: 'real' } },
    text: `${D}COPY --link alias /opt/\n`,
    look: ['/opt/alias'],
  }),
  pair('link-source-tree-with-symlink', 'A link inside of a directory stays a link.', {
    proves: ['h1', 'i2-i6'],
    files: { 'd/real': 'real\n', 'd/alias': { symlink: 'real' } },
    text: `${D}COPY --link d/ /opt/\n`,
    look: ['/opt/alias', '/opt/real'],
  }),
  pair('link-parents', 'With --parents.', {
    proves: ['i2-i6'],
    files: { 'a/b/c': 'c\n', 'a/b/d': 'd\n' },
    text: `${D}COPY --link --parents a/b/c a/./b/d /opt/\n`,
    look: ['/opt', '/opt/a/b/c', '/opt/b/d', '/opt/a'],
  }),
  pair('link-exclude', 'With --exclude.', {
    proves: ['i2-i6'],
    files: { 'd/a.txt': 'a\n', 'd/b.md': 'b\n' },
    text: `${D}COPY --link --exclude=*.md d/ /opt/\n`,
    look: ['/opt', '/opt/a.txt', '/opt/b.md'],
  }),
  pair('link-add-http', 'ADD of an address.', {
    proves: ['i2-i6'],
    files: {},
    step: { served: { 'a.txt': 'served\n' } },
    text: `${D}ADD --link http://127.0.0.1:5077/served/a.txt /opt/\n`,
    look: ['/opt/a.txt'],
  }),
  pair('link-from-image', 'COPY --from of an image.', {
    proves: ['i2-i6'],
    files: {},
    text: `${D}COPY --link --from=${ALPINE} /etc/alpine-release /opt/\n`,
    look: ['/opt/alpine-release'],
  }),
  pair('link-heredoc', 'Two heredocs, one of them expanded.', {
    proves: ['i2-i6'],
    files: {},
    text: `${D}ARG WHO=world\nCOPY --link <<a <<"b" /opt/\nhello $WHO\na\nhello $WHO\nb\n`,
    look: ['/opt/a', '/opt/b'],
  }),
  pair('link-then-bind-mount-from', 'A stage of links is mounted into a RUN of another: the merge is carried out.', {
    proves: ['m1-m3'],
    text: `FROM ${DEBIAN} AS files\nCOPY --link f /data/\nFROM ${ALPINE}\nRUN --mount=type=bind,from=files,source=/data,target=/in cp /in/f /opt/\n`,
    look: ['/opt/f'],
  }),
  pair('link-then-from', 'COPY --from takes files out of a stage of links.', {
    proves: ['m1-m3'],
    text: `FROM ${DEBIAN} AS files\nCOPY --link f /data/\nFROM ${ALPINE}\nCOPY --link --from=files /data/ /opt/\n`,
    look: ['/opt/f'],
  }),
  pair('link-to-expanded-destination', 'Variables in source and destination.', {
    proves: ['i2-i6'],
    text: `${D}ENV DIR=/opt\nARG NAME=f\nCOPY --link $NAME \${DIR}/\n`,
    look: ['/opt/f'],
  }),
  pair('link-json-form', 'The JSON form, with a blank in the name.', {
    proves: ['i2-i6'],
    files: { 'a b': 'ab\n' },
    text: `${D}COPY --link ["a b", "/opt/"]\n`,
    look: ['/opt/a b'],
  }),
  pair('link-scratch-one', 'One link on scratch: no MergeOp.', {
    proves: ['k'],
    text: 'FROM scratch\nCOPY --link f /a/\n',
    look: ['/a', '/a/f'],
  }),
  pair('link-scratch-two', 'The second link on scratch adds one.', {
    proves: ['l'],
    files: { f: 'f\n', g: 'g\n' },
    text: 'FROM scratch\nCOPY --link f /a/\nCOPY --link g /b/\n',
    look: ['/a/f', '/b/g'],
  }),
  pair('link-scratch-three', 'Merges nest.', {
    proves: ['l'],
    files: { f: 'f\n', g: 'g\n' },
    text: 'FROM scratch\nCOPY --link f /a/\nCOPY --link g /b/\nCOPY --link f /c/\n',
    look: ['/a/f', '/b/g', '/c/f'],
  }),
  pair('link-base-without-layers', 'A base without layers counts as scratch.', {
    proves: ['l'],
    text: 'FROM acme/none:1\nCOPY --link f /a/\n',
    look: ['/a/f'],
  }),
  pair('link-scratch-replaces-nothing', 'On scratch a destination without a slash is a new file: no harm.', {
    proves: ['k'],
    text: 'FROM scratch\nCOPY --link f /bin\n',
    look: ['/bin'],
  }),
  pair('link-scratch-tmp', 'On scratch there is no /tmp to be reset; it is made 0755.', {
    proves: ['k'],
    text: 'FROM scratch\nCOPY --link f /tmp/\n',
    look: ['/tmp'],
  }),
  pair('link-scratch-second-resets', 'The second link on scratch resets what the first laid out.', {
    proves: ['k', 'g1'],
    text: `FROM ${ALPINE} AS laid\nRUN install -d -m 1777 /stage/tmp\nFROM scratch\nCOPY --link --from=laid /stage/ /\nCOPY --link f /tmp/\n`,
    look: ['/tmp', '/tmp/f'],
  }),
  variants('link-with-chmod', '--chmod switches --link off: the same op as without.', {
    proves: ['c16', 'c26', 'l2'],
    rules: ['LinkCancelledByChmod'],
    files: { f: { text: '#!/bin/sh\n', mode: '0755' } },
    bad: `${D}COPY --link --chmod=755 f /opt/f\n`,
    fix: `${D}COPY --link f /opt/f\n`,
    look: ['/opt/f', '/opt'],
  }),
  variants('link-with-chmod-add', 'The same for ADD.', {
    proves: ['c16', 'c26', 'l2'],
    rules: ['LinkCancelledByChmod'],
    bad: `${D}ADD --link --chmod=600 f /opt/f\n`,
    look: ['/opt/f'],
  }),
  variants('link-with-empty-chmod', 'A --chmod that is empty after expansion.', {
    proves: ['l2'],
    rules: ['LinkCancelledByChmod'],
    bad: `${D}ARG MODE\nCOPY --link --chmod=$MODE f /opt/f\n`,
    look: ['/opt/f'],
  }),
  variants('link-named-owner-fails-first', 'A named owner fails the build before any step of any stage begins.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `FROM ${ALPINE} AS other\nRUN echo x > /x\n${D}COPY --link --chown=www-data f /opt/\nCOPY --link --from=other /x /opt/\n`,
    fix: `FROM ${ALPINE} AS other\nRUN echo x > /x\n${D}COPY --link --chown=33 f /opt/\nCOPY --link --from=other /x /opt/\n`,
  }),
  variants('link-owner-with-chmod', 'A named owner with --link and --chmod fails; without --link it is found.', {
    proves: ['c16', 'c26'],
    rules: ['LinkNamedOwner', 'LinkCancelledByChmod'],
    bad: `${D}COPY --link --chown=www-data --chmod=640 f /opt/\n`,
    fix: `${D}COPY --link --chown=33 f /opt/\n`,
    look: ['/opt/f', '/opt'],
  }),
];
