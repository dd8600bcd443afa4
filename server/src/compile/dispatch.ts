// One instruction after another: what each does to the state and the image configuration of its stage.
import type { Span } from '../../../shared/src/span.ts';
import type { AddInstruction, CopyInstruction, Instruction, Word } from '../dockerfile/instruction.ts';
import { isPlain, processWord, processWords } from '../dockerfile/shell.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { formatDuration } from '../go/duration.ts';
import { join } from '../go/path.ts';
import { quote } from '../go/text.ts';
import { noMetadata } from '../llb/definition.ts';
import { addEnv, getEnv } from '../llb/env.ts';
import { newVertex, type Vertex } from '../llb/op.ts';
import { type State, withOutput } from '../llb/state.ts';
import { type Compilation, envOf, fail, placeOf, warn } from './compilation.ts';
import { compileCopy, parseChown } from './copy.ts';
import { type Failure, failure, isFailure } from './failure.ts';
import { addHistory } from './history.ts';
import { type CheckName, type LintConfig, withComments } from './lint.ts';
import { expandedText, stepName } from './names.ts';
import { isAbs, normalizeWorkdir, toSlash } from './paths.ts';
import { parsePort } from './ports.ts';
import { compileRun, withShell } from './run.ts';
import { isSecretName } from './secretNames.ts';
import { type Command, type CopyFacts, placeIn, type Stage, type Step } from './stage.ts';
import { parseSignal } from './stopSignal.ts';

/** Compiles one instruction of a stage and notes what became of it. */
export function dispatch(c: Compilation, stage: Stage, command: Command): void {
  stage.commandIsOnBuild = command.isOnBuild;
  const before = stage.state;
  const d: Dispatch = {
    c,
    stage,
    command,
    lint: withComments(c.lint, command.instruction.comments),
    vertices: [],
    copy: undefined,
  };
  const failed = compileInstruction(d, command.instruction);
  if (failed !== undefined) {
    // Errors of a stage that is not built stop a check run, but not the build.
    if (stage.reachable) fail(c, failed.message, { ...failed, locations: [command.lines] });
    else
      c.unreachableProblems.push({ phase: 'convert', summary: failed.message, ...failed, locations: [command.lines] });
    stage.uncertain = true;
  }
  const step: Step = {
    command,
    before,
    after: stage.state,
    vertices: d.vertices,
    copy: d.copy,
    failed: failed !== undefined,
  };
  stage.steps.push(step);
}

interface Dispatch {
  readonly c: Compilation;
  readonly stage: Stage;
  readonly command: Command;
  readonly lint: LintConfig;
  vertices: readonly Vertex[];
  copy: CopyFacts | undefined;
}

function compileInstruction(d: Dispatch, instruction: Instruction): Failure | undefined {
  const { c, stage, command } = d;
  switch (instruction.kind) {
    case 'run': {
      const result = compileRun(c, stage, command, instruction, (word, span) => expandAt(d, word, span));
      if (isFailure(result)) return result;
      d.vertices = result.vertices;
      return undefined;
    }
    case 'copy':
    case 'add':
      return dispatchCopy(d, instruction);
    case 'env':
      return dispatchEnv(d, instruction.pairs, instruction);
    case 'label':
      return dispatchLabel(d, instruction.pairs, instruction);
    case 'arg':
      return dispatchArg(d, instruction);
    case 'workdir': {
      const path = expand(d, instruction.path);
      return typeof path === 'string' ? workdir(d, path) : path;
    }
    case 'user': {
      const user = expand(d, instruction.user);
      if (typeof user !== 'string') return user;
      setUser(stage, user);
      addHistory(c, stage, `USER ${user}`, false);
      return undefined;
    }
    case 'expose':
      return dispatchExpose(d, instruction.ports);
    case 'volume':
      return dispatchVolume(d, instruction.volumes);
    case 'stopsignal': {
      const signal = expand(d, instruction.signal);
      if (typeof signal !== 'string') return signal;
      const wrong = parseSignal(signal);
      if (wrong !== undefined) return failure(wrong, 'bad-signal', placeOfWord(d, instruction.signal));
      stage.image.stopSignal = signal;
      addHistory(c, stage, `STOPSIGNAL ${signal}`, false);
      return undefined;
    }
    case 'cmd':
    case 'entrypoint': {
      usedOnce(d, instruction.kind, instruction.keyword);
      let args = instruction.cmdLine;
      if (instruction.prependShell) {
        if (stage.image.shell.length === 0)
          say(
            d,
            'JSONArgsRecommended',
            `JSON arguments recommended for ${instruction.keyword} to prevent unintended behavior related to OS signals`,
          );
        args = withShell(stage.image, args);
      }
      if (instruction.kind === 'cmd') {
        stage.image.cmd = args;
        stage.image.argsEscaped = true;
        addHistory(c, stage, () => `CMD ${quotedList(args)}`, false);
      } else {
        stage.image.entrypoint = args;
        if (!stage.last.has('cmd')) stage.image.cmd = undefined;
        addHistory(c, stage, () => `ENTRYPOINT ${quotedList(args)}`, false);
      }
      return undefined;
    }
    case 'healthcheck': {
      usedOnce(d, 'healthcheck', instruction.keyword);
      const h = instruction.health;
      stage.image.healthcheck = h;
      addHistory(
        c,
        stage,
        `HEALTHCHECK {Test:[${h.test.join(' ')}] Interval:${formatDuration(h.interval)} Timeout:${formatDuration(h.timeout)}` +
          ` StartPeriod:${formatDuration(h.startPeriod)} StartInterval:${formatDuration(h.startInterval)} Retries:${h.retries}}`,
        false,
      );
      return undefined;
    }
    case 'shell':
      stage.image.shell = instruction.shell;
      addHistory(c, stage, `SHELL [${instruction.shell.join(' ')}]`, false);
      return undefined;
    case 'maintainer':
      stage.image.author = instruction.maintainer;
      addHistory(c, stage, `MAINTAINER ${instruction.maintainer}`, false);
      return undefined;
    case 'onbuild':
      stage.image.onBuild.push(instruction.expression);
      return undefined;
    default:
      return undefined;
  }
}

/** Sets the user of later commands. */
export function setUser(stage: Stage, user: string): void {
  stage.state = { ...stage.state, user };
  stage.image.user = user;
}

/** Sets the directory as the base image has it: no vertex, no history. The error is BuildKit's. */
export function inheritWorkdir(stage: Stage, path: string): string | undefined {
  const os = stage.platform?.os ?? 'linux';
  const normal = normalizeWorkdir(stage.image.workingDir, path, os);
  if ('error' in normal) return `normalizing workdir: ${normal.error}`;
  stage.image.workingDir = normal.path;
  stage.state = withDir(stage.state, toSlash(normal.path, os));
  return undefined;
}

function withDir(state: State, dir: string): State {
  return { ...state, dir: dir.startsWith('/') ? dir : join(state.dir === '' ? '/' : state.dir, dir) };
}

function workdir(d: Dispatch, path: string): Failure | undefined {
  const { c, stage, command } = d;
  const os = (stage.platform ?? c.targetPlatform).os;
  if (!stage.workdirSet && !isAbs(path, os))
    say(
      d,
      'WorkdirRelativePath',
      `Relative workdir ${quote(path)} can have unexpected results if the base image changes`,
    );
  stage.workdirSet = true;
  const normal = normalizeWorkdir(stage.image.workingDir, path, os);
  if ('error' in normal) return failure(`normalizing workdir: ${normal.error}`, 'bad-path', command.instruction.span);
  stage.image.workingDir = normal.path;
  const dir = toSlash(normal.path, os);
  stage.state = withDir(stage.state, dir);
  let layer = false;
  if (dir !== '/') {
    const state = stage.state;
    const env = state.env;
    const named = stepName(c, stage, stage.platform ?? c.targetPlatform, env);
    const vertex = newVertex(
      {
        kind: 'file',
        base: state.out,
        actions: [
          {
            kind: 'mkdir',
            path: cleanAbsolute(dir, state.dir),
            mode: 0o755,
            makeParents: true,
            chown: stage.image.user === '' ? undefined : parseChown(stage.image.user),
            timestamp: c.epoch ?? -1n,
          },
        ],
      },
      state.out === undefined ? [] : [state.out],
      undefined,
      {
        ...noMetadata,
        name: () => named(expandedText(command.instruction.code, envOf(env), c.lex)),
        caps: ['file.base'],
      },
      [command.lines],
      command.index,
    );
    d.vertices = [vertex];
    stage.state = withOutput(state, vertex.out);
    layer = true;
  }
  addHistory(c, stage, `WORKDIR ${dir}`, layer);
  return undefined;
}

function cleanAbsolute(path: string, dir: string): string {
  return path.startsWith('/') ? join('/', path) : join('/', dir, path);
}

function dispatchCopy(d: Dispatch, instruction: CopyInstruction | AddInstruction): Failure | undefined {
  const { c, stage, command } = d;
  const chown = expand(d, instruction.chown);
  if (typeof chown !== 'string') return chown;
  const chmod = expand(d, instruction.chmod);
  if (typeof chmod !== 'string') return chmod;
  const checksum = instruction.kind === 'add' ? expand(d, instruction.checksum) : '';
  if (typeof checksum !== 'string') return checksum;
  const sources: string[] = [];
  for (const word of instruction.sources) {
    const source = expand(d, word);
    if (typeof source !== 'string') return source;
    sources.push(source);
  }
  const dest = expand(d, instruction.dest);
  if (typeof dest !== 'string') return dest;
  const contents: { path: string; data: string }[] = [];
  for (const content of instruction.contents) {
    if (!content.expand) {
      contents.push(content);
      continue;
    }
    // Heredocs keep their quotes, and their escape is always the backslash.
    const word = processWord(content.data, envOf(stage.state.env), { escape: '\\', skipProcessQuotes: true });
    unmatched(d, word.unmatched, content.heredoc.contentSpan);
    if (word.error !== undefined) return failure(word.error, 'bad-substitution', content.heredoc.contentSpan);
    contents.push({ path: content.path, data: word.result });
  }
  const from = command.sources[0];
  if (from !== undefined && !from.dispatched)
    return failure(
      `cannot copy from stage ${quote((instruction as CopyInstruction).from.value)}, it needs to be defined before current stage ${quote(stage.stageName)}`,
      'stage-too-late',
      placeOfWord(d, (instruction as CopyInstruction).from),
    );
  const words = { sources, contents, dest, chown, chmod, checksum };
  const result = compileCopy(c, stage, command, instruction, words, from?.state ?? c.context, from, d.lint);
  if (isFailure(result)) return result;
  d.vertices = result.vertices;
  d.copy = result.facts;
  const read = from === undefined ? stage.contextPaths : from.paths;
  if (from === undefined || stage.reachable)
    for (const source of sources)
      if (instruction.kind === 'copy' || (!source.startsWith('http://') && !source.startsWith('https://')))
        read.add(join('/', source));
  return undefined;
}

function dispatchEnv(
  d: Dispatch,
  pairs: readonly { key: Word; value: Word; noDelimiter: boolean }[],
  instruction: Instruction,
): Failure | undefined {
  const { c, stage } = d;
  const expanded = expandPairs(d, pairs);
  if (isFailure(expanded)) return expanded;
  let text = 'ENV';
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as (typeof pairs)[number];
    const [key, value] = expanded[i] as [string, string];
    legacyFormat(d, pair.noDelimiter, instruction);
    secretKey(d, 'ENV', key, placeOfWord(d, pair.key));
    text += ` ${key}=${value}`;
    stage.state = { ...stage.state, env: addEnv(stage.state.env, key, value) };
    setImageEnv(stage.image.env, key, value);
  }
  addHistory(c, stage, text, false);
  return undefined;
}

function setImageEnv(env: string[], key: string, value: string): void {
  const prefix = `${key}=`;
  for (let i = 0; i < env.length; i++) {
    const pair = env[i] as string;
    if (pair.startsWith(prefix) || pair === key) {
      env[i] = prefix + value;
      return;
    }
  }
  env.push(prefix + value);
}

function dispatchLabel(
  d: Dispatch,
  pairs: readonly { key: Word; value: Word; noDelimiter: boolean }[],
  instruction: Instruction,
): Failure | undefined {
  const expanded = expandPairs(d, pairs);
  if (isFailure(expanded)) return expanded;
  d.stage.image.labels ??= new Map();
  let text = 'LABEL';
  for (let i = 0; i < pairs.length; i++) {
    const [key, value] = expanded[i] as [string, string];
    legacyFormat(d, (pairs[i] as (typeof pairs)[number]).noDelimiter, instruction);
    d.stage.image.labels.set(key, value);
    text += ` ${key}=${value}`;
  }
  addHistory(d.c, d.stage, text, false);
  return undefined;
}

function expandPairs(d: Dispatch, pairs: readonly { key: Word; value: Word }[]): Failure | [string, string][] {
  const out: [string, string][] = [];
  for (const pair of pairs) {
    const key = expand(d, pair.key);
    if (typeof key !== 'string') return key;
    const value = expand(d, pair.value);
    if (typeof value !== 'string') return value;
    out.push([key, value]);
  }
  return out;
}

/** Arguments that steer the build but are no variables of it. */
const notVariables = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

function dispatchArg(d: Dispatch, instruction: Extract<Instruction, { kind: 'arg' }>): Failure | undefined {
  const { c, stage, command } = d;
  const texts: string[] = [];
  for (const declaration of instruction.declarations) {
    const key = declaration.key.value;
    secretKey(d, 'ARG', key, placeOfWord(d, declaration.key));
    let value: string | undefined = declaration.value?.value;
    const given = c.options.buildArgs.get(key);
    let inherited = false;
    if (given !== undefined) value = given;
    else if (declaration.value === undefined) {
      const global = getEnv(c.globalArgs, key);
      if (global !== undefined) {
        value = global;
        inherited = true;
      }
    } else {
      const expanded = expand(d, declaration.value);
      if (typeof expanded !== 'string') return expanded;
      value = expanded;
    }
    if (value !== undefined && !notVariables.has(key))
      stage.state = { ...stage.state, env: addEnv(stage.state.env, key, value) };
    if (!inherited)
      stage.allArgs.set(key, {
        key,
        value: value ?? '',
        description: declaration.docComment,
        lines: command.lines,
        deps: new Set(),
      });
    stage.usedArgs.add(key);
    stage.buildArgs.push({ key, value });
    texts.push(value === undefined ? key : `${key}=${value}`);
  }
  addHistory(c, stage, `ARG ${texts.join(' ')}`, false);
  return undefined;
}

function dispatchExpose(d: Dispatch, words: readonly Word[]): Failure | undefined {
  const { c, stage } = d;
  const env = envOf(stage.state.env);
  const ports: { text: string; word: Word }[] = [];
  for (const word of words) {
    const result = processWords(word.value, env, c.lex);
    if (result.error !== undefined) return failure(result.error, 'bad-substitution', placeOfWord(d, word));
    for (const text of result.words) ports.push({ text, word });
  }
  const all: string[] = [];
  for (const { text, word } of ports) {
    const parsed = parsePort(text);
    const span = placeOfWord(d, word);
    for (const rule of parsed.rules)
      say(
        d,
        rule,
        rule === 'ExposeProtoCasing'
          ? `Defined protocol '${text}' in EXPOSE instruction should be lowercase`
          : `EXPOSE instruction should not define an IP address or host-port mapping, found '${text}'`,
        span,
      );
    if (parsed.error !== undefined) return failure(parsed.error, 'bad-port', span);
    all.push(...parsed.ports);
  }
  stage.image.exposedPorts ??= new Set();
  for (const port of all) stage.image.exposedPorts.add(port);
  addHistory(c, stage, `EXPOSE [${all.join(' ')}]`, false);
  return undefined;
}

function dispatchVolume(d: Dispatch, words: readonly Word[]): Failure | undefined {
  const volumes: string[] = [];
  for (const word of words) {
    const volume = expand(d, word);
    if (typeof volume !== 'string') return volume;
    volumes.push(volume);
  }
  d.stage.image.volumes ??= new Set();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i] as string;
    if (volume === '')
      return failure('VOLUME specified can not be an empty string', 'empty-volume', placeOfWord(d, words[i] as Word));
    d.stage.image.volumes.add(volume);
  }
  addHistory(d.c, d.stage, `VOLUME [${volumes.join(' ')}]`, false);
  return undefined;
}

function expand(d: Dispatch, word: Word): string | Failure {
  return isPlain(word.value, d.c.lex) ? word.value : expandAt(d, word.value, placeOfWord(d, word));
}

function expandAt(d: Dispatch, word: string, span: Span): string | Failure {
  if (isPlain(word, d.c.lex)) return word;
  const result = processWord(word, envOf(d.stage.state.env), d.c.lex);
  unmatched(d, result.unmatched, span);
  return result.error === undefined ? result.result : failure(result.error, 'bad-substitution', span);
}

function unmatched(d: Dispatch, names: ReadonlySet<string> | undefined, span: Span): void {
  if (names === undefined || names.size === 0) return;
  let options: readonly string[] | undefined;
  for (const name of names) {
    if (d.stage.buildArgs.some((arg) => arg.key === name) || notVariables.has(name)) continue;
    options ??= envOf(d.stage.state.env).keys();
    const match = suggest(name, options, true);
    say(
      d,
      'UndefinedVar',
      `Usage of undefined variable '$${name}'${match === undefined ? '' : ` (did you mean $${match}?)`}`,
      span,
    );
  }
}

function placeOfWord(d: Dispatch, word: Word): Span {
  return placeIn(d.command, word.start, word.end);
}

function say(d: Dispatch, rule: CheckName, message: string, span: Span = d.command.instruction.span): void {
  warn(d.c, d.lint, rule, message, {
    ...placeOf(d.command.instruction, d.command.index, d.stage.reachable, d.command.isOnBuild ? d.command.span : span),
    lines: d.command.lines,
  });
}

function legacyFormat(d: Dispatch, noDelimiter: boolean, instruction: Instruction): void {
  if (!noDelimiter) return;
  const name = instruction.keyword;
  say(d, 'LegacyKeyValueFormat', `"${name} key=value" should be used instead of legacy "${name} key value" format`);
}

function secretKey(d: Dispatch, keyword: 'ARG' | 'ENV', key: string, span: Span): void {
  if (!isSecretName(key)) return;
  say(
    d,
    'SecretsUsedInArgOrEnv',
    `Do not use ARG or ENV instructions for sensitive data (${keyword} ${quote(key)})`,
    span,
  );
}

function usedOnce(d: Dispatch, kind: 'cmd' | 'entrypoint' | 'healthcheck', keyword: string): void {
  const last = d.stage.last.get(kind);
  if (last !== undefined)
    warn(
      d.c,
      d.lint,
      'MultipleInstructionsDisallowed',
      `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`,
      { ...placeOf(last.instruction, last.index, d.stage.reachable, last.span), lines: last.lines },
    );
  d.stage.last.set(kind, d.command);
}

function quotedList(args: readonly string[]): string {
  return `[${args.map(quote).join(' ')}]`;
}
