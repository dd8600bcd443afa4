// One instruction after another: what each does to the state and the image configuration of its stage.
import type { Span } from '../../../shared/src/span.ts';
import type {
  AddInstruction,
  ArgInstruction,
  CopyInstruction,
  EnvInstruction,
  Instruction,
  LabelInstruction,
  Word,
} from '../dockerfile/instruction.ts';
import { isPlain, processWord, processWords, type WordResult } from '../dockerfile/shell.ts';
import { suggest, withSuggestion } from '../dockerfile/suggest.ts';
import { formatDuration } from '../go/duration.ts';
import { join } from '../go/path.ts';
import { quote } from '../go/text.ts';
import { addEnv, getEnv } from '../llb/env.ts';
import { newVertex, type Vertex } from '../llb/op.ts';
import { withOutput } from '../llb/state.ts';
import { type Compilation, envOf, fail, placeOf, platformOf, warn } from './compilation.ts';
import { compileCopy, parseChown } from './copy.ts';
import { failureOf, refuse } from './failure.ts';
import { addHistory } from './history.ts';
import { type CheckName, type LintConfig, withComments } from './lint.ts';
import { expandedText, stepName } from './names.ts';
import { isAbs, normalizeWorkdir, toSlash } from './paths.ts';
import { parsePort } from './ports.ts';
import { compileRun, withShell } from './run.ts';
import { isSecretName } from './secretNames.ts';
import { type Command, type CopyFacts, placeIn, type Stage } from './stage.ts';
import { parseSignal } from './stopSignal.ts';

/** Compiles one instruction of a stage and notes what became of it. */
export function dispatch(c: Compilation, stage: Stage, command: Command): void {
  stage.commandIsOnBuild = command.isOnBuild;
  const before = stage.state;
  const { instruction } = command;
  const d: Dispatch = {
    c,
    stage,
    command,
    lint: withComments(c.lint, instruction.comments),
    vertices: [],
    copy: undefined,
  };
  const failure = failureOf(() => compileInstruction(d, instruction));
  if (failure) {
    fail(c, failure, [command.lines], stage.reachable);
    stage.uncertain = true;
  }
  stage.steps.push({
    command,
    before,
    after: stage.state,
    vertices: d.vertices,
    copy: d.copy,
    failed: failure !== undefined,
  });
}

interface Dispatch {
  readonly c: Compilation;
  readonly stage: Stage;
  readonly command: Command;
  readonly lint: LintConfig;
  vertices: readonly Vertex[];
  copy: CopyFacts | undefined;
}

function compileInstruction(d: Dispatch, instruction: Instruction): void {
  const { c, stage, command } = d;
  const { image } = stage;
  let history: string | (() => string);
  switch (instruction.kind) {
    case 'run':
      d.vertices = compileRun(c, stage, command, instruction, (word, span) => expandAt(d, word, span));
      return;
    case 'copy':
    case 'add':
      dispatchCopy(d, instruction);
      return;
    case 'env':
    case 'label':
      history = dispatchPairs(d, instruction);
      break;
    case 'arg':
      history = dispatchArg(d, instruction);
      break;
    case 'workdir':
      workdir(d, expand(d, instruction.path));
      return;
    case 'user': {
      const user = expand(d, instruction.user);
      setUser(stage, user);
      history = `USER ${user}`;
      break;
    }
    case 'expose':
      history = dispatchExpose(d, instruction.ports);
      break;
    case 'volume':
      history = dispatchVolume(d, instruction.volumes);
      break;
    case 'stopsignal': {
      const signal = expand(d, instruction.signal);
      const wrong = parseSignal(signal);
      if (wrong !== undefined) refuse(wrong, 'bad-signal', placeIn(command, instruction.signal));
      image.stopSignal = signal;
      history = `STOPSIGNAL ${signal}`;
      break;
    }
    case 'cmd':
    case 'entrypoint': {
      const { kind, keyword } = instruction;
      usedOnce(d, kind, keyword);
      let args = instruction.cmdLine;
      if (instruction.prependShell) {
        if (image.shell.length === 0)
          say(
            d,
            'JSONArgsRecommended',
            `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`,
          );
        args = withShell(image, args);
      }
      image[kind] = args;
      if (kind === 'cmd') image.argsEscaped = true;
      else if (!stage.last.has('cmd')) image.cmd = undefined;
      history = () => `${kind.toUpperCase()} [${args.map(quote).join(' ')}]`;
      break;
    }
    case 'healthcheck': {
      usedOnce(d, 'healthcheck', instruction.keyword);
      const h = instruction.health;
      image.healthcheck = h;
      history =
        `HEALTHCHECK {Test:[${h.test.join(' ')}] Interval:${formatDuration(h.interval)} Timeout:${formatDuration(h.timeout)}` +
        ` StartPeriod:${formatDuration(h.startPeriod)} StartInterval:${formatDuration(h.startInterval)} Retries:${h.retries}}`;
      break;
    }
    case 'shell':
      image.shell = instruction.shell;
      history = `SHELL [${instruction.shell.join(' ')}]`;
      break;
    case 'maintainer':
      image.author = instruction.maintainer;
      history = `MAINTAINER ${instruction.maintainer}`;
      break;
    case 'onbuild':
      image.onBuild.push(instruction.expression);
      return;
    default:
      return;
  }
  addHistory(c, stage, history);
}

/** Sets the user of later commands. */
export function setUser(stage: Stage, user: string): void {
  stage.state = { ...stage.state, user };
  stage.image.user = user;
}

/** Sets the directory as the base image has it: no vertex, no history. The error is BuildKit's. */
export function inheritWorkdir(stage: Stage, path: string): string | undefined {
  return changeDir(stage, path, stage.platform?.os ?? 'linux');
}

function changeDir(stage: Stage, path: string, os: string): string | undefined {
  const normal = normalizeWorkdir(stage.image.workingDir, path, os);
  if ('error' in normal) return `normalizing workdir: ${normal.error}`;
  stage.image.workingDir = normal.path;
  const dir = toSlash(normal.path, os);
  const { state } = stage;
  stage.state = { ...state, dir: dir.startsWith('/') ? dir : join(state.dir || '/', dir) };
  return undefined;
}

function workdir(d: Dispatch, path: string): void {
  const { c, stage, command } = d;
  const platform = platformOf(c, stage);
  const { os } = platform;
  if (!stage.workdirSet && !isAbs(path, os))
    say(
      d,
      'WorkdirRelativePath',
      `Relative workdir ${quote(path)} can have unexpected results if the base image changes`,
    );
  stage.workdirSet = true;
  const wrong = changeDir(stage, path, os);
  if (wrong !== undefined) refuse(wrong, 'bad-path', command.instruction.span);
  const { image, state } = stage;
  const dir = toSlash(image.workingDir, os);
  const makesLayer = dir !== '/';
  if (makesLayer) {
    const { env } = state;
    const named = stepName(c, stage, platform, env);
    const vertex = newVertex(
      {
        kind: 'file',
        base: state.out,
        actions: [
          {
            kind: 'mkdir',
            path: join('/', dir.startsWith('/') ? '' : state.dir, dir),
            mode: 0o755,
            makeParents: true,
            chown: image.user === '' ? undefined : parseChown(image.user),
            timestamp: c.epoch ?? -1n,
          },
        ],
      },
      {
        name: () => named(expandedText(command.instruction.code, envOf(env), c.lex)),
        caps: ['file.base'],
      },
      command.index,
      [command.lines],
    );
    d.vertices = [vertex];
    stage.state = withOutput(state, vertex.out);
  }
  addHistory(c, stage, `WORKDIR ${dir}`, makesLayer);
}

function dispatchCopy(d: Dispatch, instruction: CopyInstruction | AddInstruction): void {
  const { c, stage, command } = d;
  const isAdd = instruction.kind === 'add';
  const chown = expand(d, instruction.chown);
  const chmod = expand(d, instruction.chmod);
  const checksum = isAdd ? expand(d, instruction.checksum) : '';
  const sources = instruction.sources.map((word) => expand(d, word));
  const dest = expand(d, instruction.dest);
  const contents = instruction.contents.map(({ path, data, expand: expands, heredoc }) => {
    if (!expands) return { path, data };
    // Heredocs keep their quotes, and their escape is always the backslash.
    const word = processWord(data, envOf(stage.state.env), { escape: '\\', skipProcessQuotes: true });
    return { path, data: resultOf(d, word, heredoc.contentSpan) };
  });
  const [from] = command.sources;
  if (!isAdd && from && !from.dispatched)
    refuse(
      `cannot copy from stage ${quote(instruction.from.value)}, it needs to be defined before current stage ${quote(stage.stageName)}`,
      'stage-too-late',
      placeIn(command, instruction.from),
    );
  const words = { sources, contents, dest, chown, chmod, checksum };
  const compiled = compileCopy(c, stage, command, instruction, words, from, d.lint);
  d.vertices = compiled.vertices;
  d.copy = compiled.facts;
  const read = from ? from.paths : stage.contextPaths;
  if (!from || stage.reachable)
    for (const source of sources) if (!isAdd || !/^https?:\/\//.test(source)) read.add(join('/', source));
}

/** Compiles ENV and LABEL; yields what the history says. */
function dispatchPairs(d: Dispatch, instruction: EnvInstruction | LabelInstruction): string {
  const { stage } = d;
  const { image } = stage;
  const { kind, keyword, pairs } = instruction;
  const expanded = pairs.map((pair) => ({ pair, key: expand(d, pair.key), value: expand(d, pair.value) }));
  let text = kind === 'env' ? 'ENV' : 'LABEL';
  if (kind === 'label') image.labels ??= new Map();
  for (const { pair, key, value } of expanded) {
    if (pair.noDelimiter)
      say(
        d,
        'LegacyKeyValueFormat',
        `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
      );
    text += ` ${key}=${value}`;
    if (kind === 'label') {
      image.labels?.set(key, value);
      continue;
    }
    secretKey(d, 'ENV', key, pair.key);
    stage.state = { ...stage.state, env: addEnv(stage.state.env, key, value) };
    setImageEnv(image.env, key, `${key}=`, value);
  }
  return text;
}

function setImageEnv(env: string[], key: string, prefix: string, value: string): void {
  let at = 0;
  while (at < env.length && env[at] !== key && !env[at]?.startsWith(prefix)) at++;
  env[at] = prefix + value;
}

/** Arguments that steer the build but are no variables of it. */
const notVariables = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

function dispatchArg(d: Dispatch, instruction: ArgInstruction): string {
  const { c, stage, command } = d;
  let text = 'ARG';
  for (const declaration of instruction.declarations) {
    const key = declaration.key.value;
    secretKey(d, 'ARG', key, declaration.key);
    let value = c.options.buildArgs.get(key);
    let inherited = false;
    if (value === undefined && declaration.value) value = expand(d, declaration.value);
    else if (value === undefined) {
      value = getEnv(c.globalArgs, key);
      inherited = value !== undefined;
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
    text += value === undefined ? ` ${key}` : ` ${key}=${value}`;
  }
  return text;
}

function dispatchExpose(d: Dispatch, words: readonly Word[]): string {
  const { c, stage, command } = d;
  const env = envOf(stage.state.env);
  const ports = words.flatMap((word) => {
    const span = placeIn(command, word);
    const result = processWords(word.value, env, c.lex);
    if (result.error !== undefined) refuse(result.error, 'bad-substitution', span);
    return result.words.map((text) => ({ text, span }));
  });
  const all: string[] = [];
  for (const { text, span } of ports) {
    const parsed = parsePort(text);
    for (const rule of parsed.rules)
      say(
        d,
        rule,
        rule === 'ExposeProtoCasing'
          ? `Defined protocol '${text}' in EXPOSE instruction should be lowercase`
          : `EXPOSE instruction should not define an IP address or host-port mapping, found '${text}'`,
        span,
      );
    if (parsed.error !== undefined) refuse(parsed.error, 'bad-port', span);
    all.push(...parsed.ports);
  }
  const exposed = (stage.image.exposedPorts ??= new Set());
  for (const port of all) exposed.add(port);
  return `EXPOSE [${all.join(' ')}]`;
}

function dispatchVolume(d: Dispatch, words: readonly Word[]): string {
  const { image } = d.stage;
  const volumes = words.map((word) => expand(d, word));
  image.volumes ??= new Set();
  for (const [i, volume] of volumes.entries()) {
    if (volume === '')
      refuse('VOLUME specified can not be an empty string', 'empty-volume', placeIn(d.command, words[i] as Word));
    image.volumes.add(volume);
  }
  return `VOLUME [${volumes.join(' ')}]`;
}

function expand(d: Dispatch, word: Word): string {
  return isPlain(word.value, d.c.lex) ? word.value : expandAt(d, word.value, placeIn(d.command, word));
}

function expandAt(d: Dispatch, word: string, span: Span): string {
  return resultOf(d, processWord(word, envOf(d.stage.state.env), d.c.lex), span);
}

const none: ReadonlySet<string> = new Set();

/** The text of a word that was expanded; what is wrong with it is reported. */
function resultOf(d: Dispatch, { result, error, unmatched = none }: WordResult, span: Span): string {
  let options: readonly string[] | undefined;
  for (const name of unmatched) {
    if (d.stage.buildArgs.some((arg) => arg.key === name) || notVariables.has(name)) continue;
    options ??= envOf(d.stage.state.env).keys();
    const match = suggest(name, options, true);
    say(d, 'UndefinedVar', withSuggestion(`Usage of undefined variable '$${name}'`, match && `$${match}`), span);
  }
  return error === undefined ? result : refuse(error, 'bad-substitution', span);
}

function say(d: Dispatch, rule: CheckName, message: string, span: Span = d.command.instruction.span): void {
  warn(d.c, d.lint, rule, message, {
    ...placeOf(d.command.instruction, d.command.index, d.stage.reachable, d.command.isOnBuild ? d.command.span : span),
    lines: d.command.lines,
  });
}

function secretKey(d: Dispatch, keyword: 'ARG' | 'ENV', key: string, word: Word): void {
  if (isSecretName(key))
    say(
      d,
      'SecretsUsedInArgOrEnv',
      `Do not use ARG or ENV instructions for sensitive data (${keyword} ${quote(key)})`,
      placeIn(d.command, word),
    );
}

function usedOnce(d: Dispatch, kind: 'cmd' | 'entrypoint' | 'healthcheck', keyword: string): void {
  const { last, reachable } = d.stage;
  const earlier = last.get(kind);
  if (earlier)
    warn(
      d.c,
      d.lint,
      'MultipleInstructionsDisallowed',
      `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`,
      { ...placeOf(earlier.instruction, earlier.index, reachable, earlier.span), lines: earlier.lines },
    );
  last.set(kind, d.command);
}
