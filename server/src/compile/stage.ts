// The stages of a build while they are being compiled: BuildKit's dispatch states, and what each instruction turned into.
import type { Span } from '../../../shared/src/span.ts';
import type { FromInstruction, Instruction, LineRange } from '../dockerfile/instruction.ts';
import { wordSpan } from '../dockerfile/spans.ts';
import type { Lines, Vertex } from '../llb/op.ts';
import { type State, scratch } from '../llb/state.ts';
import { linuxAmd64, type Platform } from '../oci/platform.ts';
import { emptyImage, type Image } from './image.ts';

/** An instruction on its way through a stage. */
export interface Command {
  readonly instruction: Instruction;
  /** Index in the file; that of the FROM for a trigger of the base. */
  readonly index: number;
  /** Where BuildKit places it; the FROM's lines for a trigger. */
  readonly lines: LineRange;
  readonly span: Span;
  /** Stages that it reads: of COPY --from, or one for each mount of a RUN. */
  readonly sources: readonly Stage[];
  /** True for a trigger that the base left behind. */
  readonly isOnBuild: boolean;
}

/** The place of a word; that of the FROM for a trigger, whose text stands in another image. */
export function placeIn(command: Command, word: Span): Span {
  return command.isOnBuild ? command.span : wordSpan(command.instruction, word);
}

/** What a COPY or ADD came to. */
export interface CopyFacts {
  /** Sources after expansion, in order; heredocs are not among them. */
  readonly sources: readonly string[];
  /** Destination after expansion, and made absolute. */
  readonly dest: string;
  readonly absoluteDest: string;
  readonly chown: string;
  readonly chmod: string;
  /** `--link` was asked for. */
  readonly link: boolean;
  /** The flag made a layer of its own: nothing cancelled it. */
  readonly linked: boolean;
  readonly from: Stage | undefined;
}

/** What one instruction of a stage turned into. */
export interface Step {
  readonly command: Command;
  readonly before: State;
  readonly after: State;
  /** Vertices made by this instruction, inputs first; sources shared with others (the context) are not among them. */
  readonly vertices: readonly Vertex[];
  readonly copy: CopyFacts | undefined;
  /** BuildKit refuses it: the graph goes on as if it were not there. */
  readonly failed: boolean;
}

export interface Stage {
  /** Position among all stages; hidden ones come after those of the file. */
  index: number;
  /** Undefined for a hidden stage, made by `--from=IMAGE`. */
  readonly from: FromInstruction | undefined;
  /** Index of the FROM in the file; for a hidden stage that of the instruction that mentions it. */
  readonly instruction: number;
  /** The base after expansion; a full reference with tag once resolved. */
  baseName: string;
  /** The base as expanded, before it became a full reference. */
  readonly originalBase: string;
  /** Lower-cased; `` where it has none. */
  readonly name: string;
  /** The name in vertex names: `build`, `stage-0`, or `` in a file of one stage. */
  stageName: string;
  readonly locations: readonly Lines[];
  readonly span: Span;
  base?: Stage | undefined;
  platform?: Platform | undefined;
  /** The specifier of a named context that replaces the stage, and the name it was found by. */
  namedContext?: NamedContext | undefined;
  readonly deps: Map<Stage, Command>;
  commands: Command[];
  readonly steps: Step[];
  state: State;
  image: Image;
  /** The base image's own configuration, untouched. */
  baseImage?: Image | undefined;
  buildArgs: { key: string; value: string | undefined }[];
  /** Paths that are read from the build context. */
  readonly contextPaths: Set<string>;
  /** Paths that others read from this stage; shared with stages built on it. */
  paths: Set<string>;
  ignoreCache: boolean;
  readonly hidden: boolean;
  reachable: boolean;
  dispatched: boolean;
  /** Its base was looked up, and whether at that time the target was known to need it. */
  resolved: 'no' | 'unneeded' | 'needed';
  onBuildInit: boolean;
  workdirSet: boolean;
  commandIndex: number;
  commandTotal: number;
  commandIsOnBuild: boolean;
  /** Something before made BuildKit stop: what follows is what would be built if it had not. */
  uncertain: boolean;
  /** The configuration of its base image is not known: ops that depend on it may differ. */
  guessed: boolean;
  /** The vertex of the base image or named context. */
  source?: Vertex | undefined;
  /** The last CMD, ENTRYPOINT and HEALTHCHECK. */
  readonly last: Map<'cmd' | 'entrypoint' | 'healthcheck', Command>;
  readonly secrets: Map<string, { lines: LineRange; required: boolean }>;
  readonly ssh: Map<string, { lines: LineRange; required: boolean }>;
  allArgs: Map<string, ArgInfo>;
  usedArgs: Set<string>;
}

export interface NamedContext {
  readonly input: string;
  readonly name: string;
  readonly nameWithPlatform: string;
  readonly platform: Platform | undefined;
}

/** What the outline tells of an argument. */
export interface ArgInfo {
  readonly key: string;
  readonly value: string;
  readonly description: string;
  readonly lines: LineRange;
  readonly deps: ReadonlySet<string>;
}

/** A list of lines for places that have none. */
export const noLines: LineRange = { first: 1, last: 0 };

/** A stage of the file, or a hidden one where there is no FROM. */
export function newStage(
  from: FromInstruction | undefined,
  instruction: number,
  baseName: string,
  locations: readonly Lines[],
  span: Span,
): Stage {
  const name = from?.name ?? '';
  return {
    from,
    instruction,
    baseName,
    locations,
    span,
    name,
    stageName: name,
    index: -1,
    originalBase: baseName,
    deps: new Map(),
    commands: [],
    steps: [],
    state: scratch,
    image: emptyImage(linuxAmd64),
    buildArgs: [],
    contextPaths: new Set(),
    paths: new Set(),
    ignoreCache: false,
    hidden: !from,
    reachable: false,
    dispatched: false,
    resolved: 'no',
    onBuildInit: false,
    workdirSet: false,
    commandIndex: 0,
    commandTotal: 0,
    commandIsOnBuild: false,
    uncertain: false,
    guessed: false,
    last: new Map(),
    secrets: new Map(),
    ssh: new Map(),
    allArgs: new Map(),
    usedArgs: new Set(),
  };
}

/** The lines of a stage as one range. */
export function stageLines(stage: Stage): LineRange {
  return stage.locations[0] ?? noLines;
}
