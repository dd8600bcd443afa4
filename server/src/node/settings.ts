// What the commands share: how a file on disk is analysed, with its ignore files, image configurations and build flags.
import { basename, dirname, join } from 'node:path';
import type { AnalysisInputs } from '../analysis/analyze.ts';
import type { BuildConfig } from '../compile/options.ts';
import { type BuildFlags, buildAttrs } from './buildFlags.ts';
import type { CommandImages } from './commandImages.ts';
import { readImageConfigs } from './imageConfigs.ts';
import { type Io, readIfThere } from './io.ts';
import { hostSha256 } from './sha256.ts';

export interface Settings {
  readonly attrs: Readonly<Record<string, string>>;
  /** The configuration for a file. */
  readonly config: (file: string, platformIndex?: number) => BuildConfig;
  /** The inputs for a file; `context` is the directory whose .dockerignore counts, null for none. */
  readonly inputs: (file: string, context?: string | null) => AnalysisInputs;
}

/** Reads the flags once. What a file says of an image counts before what `looked` does. Throws UsageError and InputError. */
export function analysisSettings(
  flags: BuildFlags,
  imageConfigs: readonly string[],
  io: Io,
  looked?: CommandImages,
): Settings {
  const attrs = buildAttrs(flags, io.env);
  const given = imageConfigs.map(readImageConfigs);
  return {
    attrs,
    config: (file, platformIndex = 0) => ({
      attrs: { ...attrs, filename: file === '-' ? 'Dockerfile' : basename(file) },
      platformIndex,
    }),
    inputs: (file, context = file === '-' ? '.' : dirname(file)) => ({
      ...looked?.inputs,
      image: (ref, platform) =>
        given.map((find) => find(ref, platform)).find((found) => found !== undefined) ??
        looked?.inputs.image(ref, platform),
      dockerignore: context === null ? null : readIfThere(join(context, '.dockerignore')),
      dockerfileIgnore: file === '-' ? null : readIfThere(`${file}.dockerignore`),
      sha256: hostSha256,
    }),
  };
}

/** The Dockerfile of a directory: BuildKit takes a lower-case name too. */
export function defaultFile(context: string): string {
  const file = join(context, 'Dockerfile');
  const lower = join(context, 'dockerfile');
  return readIfThere(file) === null && readIfThere(lower) !== null ? lower : file;
}
