// What the words of a Dockerfile mean, in a sentence or two each: instructions, flags, mounts, directives. For hovers and completion.
import { aboutLink } from '../analysis/linkVerdict.ts';
import type { Keyword } from '../dockerfile/lineParsers.ts';
import type { MountType } from '../dockerfile/mounts.ts';

export interface InstructionReference {
  /** Markdown. */
  readonly text: string;
  /** How it is written. */
  readonly syntax: readonly string[];
  readonly url: string;
}

export interface FlagReference {
  /** Markdown. */
  readonly text: string;
  /** What stands behind `=`; undefined where the flag is true by itself. */
  readonly value: string | undefined;
  readonly url: string;
  /** Markdown that a hover shows instead of `text`, where there is more to say. */
  readonly about?: string;
}

const page = 'https://docs.docker.com/reference/dockerfile/';

export const instructionReference: Readonly<Record<Keyword, InstructionReference>> = {
  from: {
    text: 'Begins a stage upon an image, an earlier stage or `scratch`. Variables in it are global ARGs: those before the first FROM.',
    syntax: ['FROM [--platform=PLATFORM] IMAGE [AS NAME]'],
    url: `${page}#from`,
  },
  run: {
    text: 'Runs a command upon the stage so far; what it changes is the next layer. A text (shell form) goes to the shell, a JSON list (exec form) runs as it is.',
    syntax: ['RUN [OPTIONS] COMMAND ...', 'RUN [OPTIONS] ["EXECUTABLE", "ARGUMENT", ...]', 'RUN [OPTIONS] <<EOF'],
    url: `${page}#run`,
  },
  copy: {
    text: 'Copies files out of the build context, or with `--from` out of a stage, image or named context.',
    syntax: ['COPY [OPTIONS] SOURCE ... DEST', 'COPY [OPTIONS] ["SOURCE", ..., "DEST"]', 'COPY [OPTIONS] <<FILE DEST'],
    url: `${page}#copy`,
  },
  add: {
    text: 'Like COPY, and also downloads URLs, checks out Git repositories and unpacks local tar archives.',
    syntax: ['ADD [OPTIONS] SOURCE ... DEST', 'ADD [OPTIONS] ["SOURCE", ..., "DEST"]', 'ADD [OPTIONS] <<FILE DEST'],
    url: `${page}#add`,
  },
  arg: {
    text: 'Declares a build argument, set by `--build-arg NAME=VALUE`. Before the first FROM it is global: FROM can use it, a stage after `ARG NAME`. Else it holds from here to the end of the stage, and in stages built on that.',
    syntax: ['ARG NAME[=DEFAULT] ...'],
    url: `${page}#arg`,
  },
  env: {
    text: 'Sets environment variables for what follows in the stage, and for containers of the image.',
    syntax: ['ENV KEY=VALUE ...'],
    url: `${page}#env`,
  },
  workdir: {
    text: 'Sets, and if need be makes, the directory in which later instructions and the container work. A relative path starts at the one before.',
    syntax: ['WORKDIR PATH'],
    url: `${page}#workdir`,
  },
  user: {
    text: 'Sets the user, and the group, for later RUNs and for the container.',
    syntax: ['USER USER[:GROUP]', 'USER UID[:GID]'],
    url: `${page}#user`,
  },
  cmd: {
    text: 'What a container runs unless told otherwise, or the arguments of ENTRYPOINT. The last one counts.',
    syntax: ['CMD ["EXECUTABLE", "ARGUMENT", ...]', 'CMD COMMAND ...'],
    url: `${page}#cmd`,
  },
  entrypoint: {
    text: 'What a container always runs; CMD and what the user gives become its arguments. Setting it forgets the CMD of the base.',
    syntax: ['ENTRYPOINT ["EXECUTABLE", "ARGUMENT", ...]', 'ENTRYPOINT COMMAND ...'],
    url: `${page}#entrypoint`,
  },
  expose: {
    text: 'Says which ports the container listens on. It publishes none.',
    syntax: ['EXPOSE PORT[/PROTOCOL] ...'],
    url: `${page}#expose`,
  },
  volume: {
    text: 'Marks paths that hold data of their own at run time.',
    syntax: ['VOLUME PATH ...', 'VOLUME ["PATH", ...]'],
    url: `${page}#volume`,
  },
  label: { text: 'Sets metadata of the image.', syntax: ['LABEL KEY=VALUE ...'], url: `${page}#label` },
  healthcheck: {
    text: 'How to find out whether the container still works; `NONE` forgets that of the base.',
    syntax: ['HEALTHCHECK [OPTIONS] CMD COMMAND', 'HEALTHCHECK NONE'],
    url: `${page}#healthcheck`,
  },
  shell: {
    text: 'Sets the shell of what follows in shell form.',
    syntax: ['SHELL ["EXECUTABLE", "ARGUMENT", ...]'],
    url: `${page}#shell`,
  },
  stopsignal: {
    text: 'The signal that stops the container.',
    syntax: ['STOPSIGNAL SIGNAL'],
    url: `${page}#stopsignal`,
  },
  onbuild: {
    text: 'Keeps an instruction for when the image is a base: it runs right behind that FROM.',
    syntax: ['ONBUILD INSTRUCTION'],
    url: `${page}#onbuild`,
  },
  maintainer: {
    text: 'Sets the author of the image. Deprecated: use `LABEL org.opencontainers.image.authors=…`.',
    syntax: ['MAINTAINER NAME'],
    url: `${page}#maintainer-deprecated`,
  },
};

const chown: FlagReference = {
  text: 'The owner of the files, by number or by a name that the stage knows. Without it they belong to root. With `--link` only numbers can be used.',
  value: 'USER[:GROUP]',
  url: `${page}#copy---chown---chmod`,
};
const chmod: FlagReference = {
  text: 'The mode of the files, such as `755` or `u=rwX,go=rX`. With it, `--link` has no effect.',
  value: 'MODE',
  url: `${page}#copy---chown---chmod`,
};
const link: FlagReference = {
  text: 'Puts the files into a layer of their own that does not depend on the stage before it: a new base does not run the step again. Links in the destination are not followed.',
  value: undefined,
  url: `${page}#copy---link`,
  about: aboutLink.replaceAll('\n', ' '),
};
const exclude: FlagReference = {
  text: 'Leaves out what matches, relative to the source. May be repeated. Variables are not expanded.',
  value: 'PATTERN',
  url: `${page}#copy---exclude`,
};
const options = `${page}#healthcheck`;

/** The flags of each instruction that has some. */
export const flagReference: Readonly<Partial<Record<Keyword, Readonly<Record<string, FlagReference>>>>> = {
  from: {
    platform: {
      text: 'The platform of the image, unless it is the one that is built for. `$BUILDPLATFORM` is that of the machine that builds.',
      value: 'PLATFORM',
      url: `${page}#from`,
    },
  },
  copy: {
    from: {
      text: 'Copies out of an earlier stage (by name or index), a named context or an image. Variables are not expanded.',
      value: 'STAGE|CONTEXT|IMAGE',
      url: `${page}#copy---from`,
    },
    chown,
    chmod,
    link,
    parents: {
      text: 'Keeps the folders of the sources below the destination; `/./` in a source marks where they begin.',
      value: undefined,
      url: `${page}#copy---parents`,
    },
    exclude,
  },
  add: {
    'keep-git-dir': {
      text: 'Keeps the `.git` folder of a Git source.',
      value: undefined,
      url: `${page}#add---keep-git-dir`,
    },
    checksum: {
      text: 'The digest or commit that a remote source must have.',
      value: 'DIGEST',
      url: `${page}#add---checksum`,
    },
    chown,
    chmod,
    link,
    unpack: {
      text: 'Whether archives are unpacked: without it local ones are, downloaded ones are not.',
      value: undefined,
      url: `${page}#add---unpack`,
    },
    exclude,
  },
  run: {
    mount: {
      text: 'A file system that the command sees and that is no part of the layer: `bind`, `cache`, `tmpfs`, `secret` or `ssh`. May be repeated.',
      value: 'type=TYPE,...',
      url: `${page}#run---mount`,
    },
    network: {
      text: 'The network of the command: `default`, `none` or `host`.',
      value: 'MODE',
      url: `${page}#run---network`,
    },
    security: {
      text: '`sandbox`, or `insecure` for a command without one, which the builder must allow.',
      value: 'MODE',
      url: `${page}#run---security`,
    },
    device: { text: 'A CDI device for the command.', value: 'NAME[,required]', url: `${page}#run---device` },
  },
  healthcheck: {
    interval: { text: 'From one check to the next; 30s unless given.', value: 'DURATION', url: options },
    timeout: { text: 'A check that takes longer has failed; 30s unless given.', value: 'DURATION', url: options },
    'start-period': {
      text: 'While the container starts, failures do not count; 0s unless given.',
      value: 'DURATION',
      url: options,
    },
    'start-interval': {
      text: 'From one check to the next during the start period; 5s unless given.',
      value: 'DURATION',
      url: options,
    },
    retries: {
      text: 'So many failures in a row make the container unhealthy; 3 unless given.',
      value: 'NUMBER',
      url: options,
    },
  },
};

export const mountTypeReference: Readonly<
  Record<MountType, { readonly text: string; readonly keys: readonly string[] }>
> = {
  bind: {
    text: 'Files of the build context, a stage or an image, without copying them. What is written is thrown away.',
    keys: ['target', 'source', 'from', 'readonly', 'readwrite'],
  },
  cache: {
    text: 'A directory that outlives the build, for package managers and compilers. It is no part of the image, nor of the cache key.',
    keys: ['target', 'id', 'sharing', 'from', 'source', 'mode', 'uid', 'gid', 'readonly'],
  },
  tmpfs: { text: 'An empty directory in memory.', keys: ['target', 'size'] },
  secret: {
    text: 'A secret of the build as a file or a variable; it is no part of the image, nor of the cache key.',
    keys: ['id', 'target', 'env', 'required', 'mode', 'uid', 'gid'],
  },
  ssh: { text: 'The SSH agent of the build.', keys: ['id', 'target', 'required', 'mode', 'uid', 'gid'] },
};

/** The keys of a mount; aliases under the name that they stand for, see `mountKeyAliases`. */
export const mountKeyReference: Readonly<
  Record<string, { readonly text: string; readonly value: string | undefined }>
> = {
  type: { text: '`bind` unless given.', value: 'bind|cache|secret|ssh|tmpfs' },
  target: { text: 'Where it is mounted; a relative path starts at the WORKDIR.', value: 'PATH' },
  source: { text: 'The path within `from`, or within the build context; its root unless given.', value: 'PATH' },
  from: { text: 'A stage, an image or a named context. Variables are not expanded.', value: 'STAGE|CONTEXT|IMAGE' },
  readonly: { text: 'Nothing can be written. So it is for `bind` unless `readwrite` is given.', value: undefined },
  readwrite: { text: 'It can be written to; what is written to a `bind` mount is thrown away.', value: undefined },
  id: {
    text: 'The name of the cache (its target unless given), secret or SSH socket (`default` unless given).',
    value: 'ID',
  },
  sharing: {
    text: 'Builds at the same time use a cache together (`shared`), one after the other (`locked`) or each their own (`private`).',
    value: 'shared|private|locked',
  },
  required: { text: 'Without the secret or the socket the command fails; else it runs without.', value: undefined },
  size: { text: 'The most it can hold, such as `64m`.', value: 'SIZE' },
  mode: {
    text: 'The mode in octal digits: 0755 for a cache, 0400 for a secret, 0600 for a socket unless given.',
    value: 'MODE',
  },
  uid: { text: 'The user; 0 unless given.', value: 'UID' },
  gid: { text: 'The group; 0 unless given.', value: 'GID' },
  env: { text: 'Gives the secret in this variable, too, or instead of a file.', value: 'NAME' },
};

export const mountKeyAliases: Readonly<Record<string, string>> = {
  dst: 'target',
  destination: 'target',
  src: 'source',
  ro: 'readonly',
  rw: 'readwrite',
};

export const directiveReference: Readonly<Record<string, { readonly text: string; readonly url: string }>> = {
  syntax: {
    text: 'The frontend that reads the file, an image; without it that of the builder.',
    url: `${page}#syntax`,
  },
  escape: {
    text: 'The character that escapes and that continues lines: `\\`, or the backtick where paths have backslashes.',
    url: `${page}#escape`,
  },
  check: {
    text: 'Which build checks are made (`skip=NAME,…`, `experimental=NAME,…`), and whether they fail the build (`error=true`).',
    url: `${page}#check`,
  },
};
