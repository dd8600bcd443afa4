// What rules about the cache share: which commands of a RUN are known well enough to say what they read.
import { type SimpleCommand, simpleCommands } from '../../analysis/shellCommands.ts';
import { runScript } from '../../analysis/stageFiles.ts';
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

/** `name` stands in the instruction, or in its heredocs, as a word. */
export function mentions(instruction: Instruction, name: string): boolean {
  if (hasWord(instruction.original, name)) return true;
  return instruction.heredocs.some((heredoc) => hasWord(heredoc.content, name));
}

function hasWord(text: string, name: string): boolean {
  for (let i = text.indexOf(name); i >= 0; i = text.indexOf(name, i + name.length))
    if (!isWord(text.charCodeAt(i - 1)) && !isWord(text.charCodeAt(i + name.length))) return true;
  return false;
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
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

export function blastRadius(steps: readonly Step[], from: number, name: string): BlastRadius {
  const runs: Step[] = [];
  let hidden = false;
  for (let i = from + 1; i < steps.length; i++) {
    const step = steps[i] as Step;
    const { instruction, isOnBuild } = step.command;
    if (isOnBuild) continue;
    if (mentions(instruction, name)) return { runs, first: step, hidden };
    if (instruction.kind !== 'run' || step.failed) continue;
    if (readsNoHiddenVariable(instruction)) runs.push(step);
    else hidden = true;
  }
  return { runs, first: undefined, hidden };
}
