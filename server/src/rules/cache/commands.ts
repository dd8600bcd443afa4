// What rules about the cache share: which commands of a RUN are known well enough to say what they read.

import { runScript } from '../../analysis/runEffects.ts';
import { type SimpleCommand, simpleCommands } from '../../analysis/shellCommands.ts';
import type { Step } from '../../compile/stage.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { base as baseName } from '../../go/path.ts';

/** The commands of a RUN; words that hang on variables are undefined. */
export function commandsOf(instruction: RunInstruction): readonly SimpleCommand[] {
  if (!instruction.prependShell && instruction.heredocs.length === 0)
    return [{ words: instruction.cmdLine, writes: [] }];
  return simpleCommands(runScript(instruction), () => undefined);
}

/** Commands that read no variable but those that everybody knows. */
const plainCommands = new Set(
  (
    'echo printf cat ls test [ true : set export cd sleep mkdir chmod chown ln touch rm rmdir mv cp install tar gzip gunzip unzip ' +
    'useradd adduser groupadd addgroup usermod apt-get apt apk dnf yum microdnf tdnf zypper pacman curl wget sed id which git ' +
    'grep gem locale-gen update-ca-certificates ldconfig apt-key dpkg rpm'
  ).split(' '),
);
const installers: Readonly<Record<string, RegExp>> = {
  pip: /^(install|uninstall|cache)$/,
  pip3: /^(install|uninstall|cache)$/,
  npm: /^(ci|install|i|cache|config)$/,
  yarn: /^(install|--|cache)/,
  pnpm: /^(install|i|fetch)$/,
  go: /^(mod|install|env)$/,
  bundle: /^(install|config)$/,
  corepack: /./,
};

/** The RUN cannot read a variable that it does not name. */
export function readsNoHiddenVariable(instruction: RunInstruction): boolean {
  const commands = commandsOf(instruction);
  return commands.every(({ words }) => {
    const [first, second] = words;
    if (first === undefined) return words.length === 0;
    const name = baseName(first);
    if (plainCommands.has(name)) return true;
    return Object.hasOwn(installers, name) && (installers[name] as RegExp).test(second ?? '');
  });
}

/** Variables that programs read without being told, or that BuildKit treats in its own way. */
export function isReadByPrograms(name: string): boolean {
  if (/^(TARGET|BUILD)(PLATFORM|OS|ARCH|VARIANT|OSVERSION|STAGE)$|^BUILDKIT_|^SOURCE_DATE_EPOCH$/.test(name))
    return true;
  if (/CACHE_?BUST/.test(name) || /_proxy$/i.test(name) || name === name.toLowerCase()) return true;
  return /^(PATH|HOME|USER|SHELL|TZ|LANG|LANGUAGE|LC_.*|TERM|DEBIAN_.*|APT_.*|CI|DEBUG|VERBOSE|NODE_.*|NPM_.*|YARN_.*|PNPM_.*|COREPACK_.*|PIP_.*|PYTHON.*|POETRY_.*|UV_.*|VIRTUAL_ENV|GO.*|CGO_.*|CARGO_.*|RUST.*|GEM_.*|BUNDLE_.*|RAILS_.*|RACK_.*|JAVA_.*|MAVEN_.*|GRADLE_.*|DOTNET_.*|NUGET_.*|ASPNETCORE_.*|COMPOSER_.*|PHP_.*|CC|CXX|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|MAKE.*|LD_.*|PKG_CONFIG.*|CMAKE_.*|CONDA_.*|HF_.*|CUDA_.*|NVIDIA_.*|GIT_.*|SSL_.*|CURL_.*|HTTP.*|XDG_.*|PS1|ENV|BASH_ENV|EDITOR|PAGER|DISPLAY|QT_.*|OPENSSL_.*|ACCEPT_EULA)$/.test(
    name,
  );
}

/** Values of such names change with every build. */
export function changesOften(name: string): boolean {
  return /(^|_)(COMMIT|SHA|REVISION|REV|VCS_REF|BUILD_(DATE|NUMBER|ID|TIME|TIMESTAMP|NUM)|TIMESTAMP|DATE|BUILDTIME)(_|$)/.test(
    name,
  );
}

/** RUNs behind a step that a variable keys though they do not name it, up to the first instruction that does. */
export interface BlastRadius {
  readonly runs: readonly Step[];
  /** The first instruction that names it; undefined where none does. */
  readonly first: Step | undefined;
  /** Some RUN between may read it without naming it. */
  readonly hidden: boolean;
}

/** What a stage's instructions name, made once. */
interface StageWords {
  /** Positions of the steps that have a word, rising; of names that the stage declares alone. */
  readonly steps: ReadonlyMap<string, readonly number[]>;
  /** Positions of RUNs that read no variable unnamed, and of the others. */
  readonly plain: readonly number[];
  readonly opaque: readonly number[];
}

const known = new WeakMap<readonly Step[], StageWords>();

function wordsOf(steps: readonly Step[]): StageWords {
  let found = known.get(steps);
  if (found !== undefined) return found;
  const words = new Map<string, number[]>();
  for (const { command } of steps) {
    const { instruction } = command;
    if (instruction.kind === 'arg') for (const { key } of instruction.declarations) words.set(key.value, []);
    else if (instruction.kind === 'env') for (const { key } of instruction.pairs) words.set(key.value, []);
  }
  const plain: number[] = [];
  const opaque: number[] = [];
  for (let at = 0; at < steps.length; at++) {
    const { command, failed } = steps[at] as Step;
    if (command.isOnBuild) continue;
    const { instruction } = command;
    noteWords(instruction, at, words);
    if (instruction.kind === 'run' && !failed) (readsNoHiddenVariable(instruction) ? plain : opaque).push(at);
  }
  found = { steps: words, plain, opaque };
  known.set(steps, found);
  return found;
}

function noteWords(instruction: Instruction, at: number, words: Map<string, number[]>): void {
  noteWordsOf(instruction.original, at, words);
  for (const { content } of instruction.heredocs) noteWordsOf(content, at, words);
}

function noteWordsOf(text: string, at: number, words: Map<string, number[]>): void {
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    if (isWord(text.charCodeAt(i))) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      const positions = words.get(text.slice(start, i));
      if (positions !== undefined && positions[positions.length - 1] !== at) positions.push(at);
      start = -1;
    }
  }
}

/** A letter, digit or underscore of ASCII; not NaN. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}

export function blastRadius(steps: readonly Step[], from: number, name: string): BlastRadius {
  const { steps: positions, plain, opaque } = wordsOf(steps);
  const named = positions.get(name) ?? [];
  const end = named[after(named, from)] ?? steps.length;
  const runs = plain.slice(after(plain, from), after(plain, end - 1)).map((at) => steps[at] as Step);
  return { runs, first: steps[end], hidden: (opaque[after(opaque, from)] ?? end) < end };
}

/** Index of the first position behind `at`. */
function after(positions: readonly number[], at: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
