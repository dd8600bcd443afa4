// BuildKit's build checks: their names and words, and which of them a file or an instruction has switched off.

import type { Span } from '../../../shared/src/span.ts';
import type { LineRange } from '../dockerfile/instruction.ts';
import { cut, parseBool, quote, trimSpace } from '../go/text.ts';

/** The settings of `# check=…`. */
export interface LintConfig {
  readonly skipAll: boolean;
  readonly skip: readonly string[];
  readonly experimentalAll: boolean;
  readonly experimental: readonly string[];
  readonly returnAsError: boolean;
}

export const noLintConfig: LintConfig = {
  skipAll: false,
  skip: [],
  experimentalAll: false,
  experimental: [],
  returnAsError: false,
};

/** A warning of a build check, in BuildKit's words. */
export interface CheckWarning {
  readonly rule: CheckName;
  readonly message: string;
  /** The lines that BuildKit reports. */
  readonly lines: LineRange;
  /** The characters it is about. */
  readonly span: Span;
  /** Index of the instruction in the file, -1 where it is about none. */
  readonly instruction: number;
  /** The stage's vertices are part of the build. Only such warnings are printed by a build; a check run prints all. */
  readonly reachable: boolean;
  /** Problems that BuildKit met before: it stops at the first, and says no more. */
  readonly problemsBefore: number;
  /** Likewise in a check run over all stages, which stops in those too that the target does not need. */
  readonly allBefore: number;
}

/** Every check of the pinned release, with what it says of itself. */
export const checks = {
  StageNameCasing: 'Stage names should be lowercase',
  FromAsCasing: "The 'as' keyword should match the case of the 'from' keyword",
  NoEmptyContinuation: 'Empty continuation lines will become errors in a future release',
  ConsistentInstructionCasing: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
  DuplicateStageName: 'Stage names should be unique',
  ReservedStageName: 'Reserved words should not be used as stage names',
  JSONArgsRecommended:
    'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  MaintainerDeprecated: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
  UndefinedArgInFrom: 'FROM command must use declared ARGs',
  WorkdirRelativePath:
    'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
  UndefinedVar: 'Variables should be defined before their use',
  MultipleInstructionsDisallowed: 'Multiple instructions of the same type should not be used in the same stage',
  LegacyKeyValueFormat: 'Legacy key/value format with whitespace separator should not be used',
  InvalidBaseImagePlatform: 'Base image platform does not match expected target platform',
  RedundantTargetPlatform:
    'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  SecretsUsedInArgOrEnv: 'Sensitive data should not be used in the ARG or ENV commands',
  InvalidDefaultArgInFrom: 'Default value for global ARG results in an empty or invalid base image name',
  FromPlatformFlagConstDisallowed: 'FROM --platform flag should not use a constant value',
  CopyIgnoredFile: 'Attempting to Copy file that is excluded by .dockerignore',
  InvalidDefinitionDescription:
    'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
  ExposeProtoCasing: 'Protocol in EXPOSE instruction should be lowercase',
  ExposeInvalidFormat:
    'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
} as const;
export type CheckName = keyof typeof checks;

/** Checks that are off until asked for. */
export const experimentalChecks: ReadonlySet<CheckName> = new Set<CheckName>(['InvalidDefinitionDescription']);

/** Where BuildKit documents a check; it gives none for InvalidBaseImagePlatform. */
export function checkUrl(rule: CheckName): string {
  if (rule === 'InvalidBaseImagePlatform') return '';
  const slug = rule
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/^JSONArgs/, 'json-args')
    .toLowerCase();
  return `https://docs.docker.com/go/dockerfile/rule/${slug}/`;
}

/** Reads the value of `# check=`. */
export function parseLintOptions(text: string): LintConfig | { readonly error: string } {
  const trimmed = trimSpace(text);
  if (trimmed === '') return noLintConfig;
  let config = noLintConfig;
  // At most three parts: what follows a third semicolon belongs to the third part.
  const parts = trimmed.split(';');
  if (parts.length > 3) parts.splice(2, parts.length, parts.slice(2).join(';'));
  for (const part of parts) {
    const [name, setting] = cut(part, '=');
    if (setting === undefined) return { error: `invalid check option ${quote(part)}` };
    const key = trimSpace(name);
    const value = trimSpace(setting);
    const rules = value.split(',').map(trimSpace);
    if (key === 'skip') config = { ...config, ...(value === 'all' ? { skipAll: true } : { skip: rules }) };
    else if (key === 'experimental')
      config = { ...config, ...(value === 'all' ? { experimentalAll: true } : { experimental: rules }) };
    else if (key === 'error') {
      const returnAsError = parseBool(value);
      if (returnAsError === undefined)
        return {
          error: `failed to parse check option ${quote(part)}: strconv.ParseBool: parsing ${quote(value)}: invalid syntax`,
        };
      config = { ...config, returnAsError };
    } else return { error: `invalid check option ${quote(key)}` };
  }
  return config;
}

/** The settings for one instruction: the file's, and those of a `check=` comment directly above it. */
export function withComments(config: LintConfig, comments: readonly string[]): LintConfig {
  for (const comment of comments) {
    const found = /^[ \t\v\f\r\u0085\u00a0]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*$/.exec(
      comment,
    );
    if (found === null || (found[1] as string).toLowerCase() !== 'check') continue;
    const other = parseLintOptions((found[2] as string).split(' ')[0] as string);
    if ('error' in other) return config;
    return {
      skipAll: config.skipAll || other.skipAll,
      skip: [...config.skip, ...other.skip],
      experimentalAll: config.experimentalAll || other.experimentalAll,
      experimental: [...config.experimental, ...other.experimental],
      returnAsError: config.returnAsError,
    };
  }
  return config;
}

/** True where a warning of this check is to be said under these settings. */
export function isOn(config: LintConfig, rule: CheckName): boolean {
  if (experimentalChecks.has(rule)) return config.experimentalAll || config.experimental.includes(rule);
  return !config.skipAll && !config.skip.includes(rule);
}
