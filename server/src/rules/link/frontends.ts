// What came with which release of the Dockerfile frontend, and which release a file asks for.
//
// The numbers are those of BuildKit's own reference (frontend/dockerfile/docs/reference.md of the pinned release).
import type { Analysis } from '../../analysis/analyze.ts';
import { detectSyntax } from '../../dockerfile/directives.ts';

/** The minor release of docker/dockerfile 1, of the stable channel, that has a feature. */
export const since = {
  keepGitDir: 1,
  mount: 2,
  chmod: 2,
  network: 3,
  link: 4,
  heredoc: 4,
  checksum: 6,
  secretEnv: 10,
  symbolicChmod: 14,
  unpack: 17,
  exclude: 19,
  parents: 20,
  security: 20,
  device: 27,
} as const satisfies Record<string, number>;

export interface Frontend {
  /** As written. */
  readonly image: string;
  /** The minor release of docker/dockerfile 1; undefined for the newest. */
  readonly minor: number | undefined;
  /** True too where nobody can tell. */
  readonly has: (feature: number) => boolean;
}

/** The release of docker/dockerfile that the file pins; undefined where it pins none, or another frontend. */
export function frontendOf(analysis: Analysis): Frontend | undefined {
  // A build argument can put another in its place.
  if (analysis.options.attrs['build-arg:BUILDKIT_SYNTAX'] !== undefined) return undefined;
  const found = detectSyntax(analysis.text)?.value;
  const parts = /^(?:docker\.io\/)?docker\/dockerfile(?::([\w.-]+))?(?:@.*)?$/.exec(found ?? '');
  if (found === undefined || parts === null) return undefined;
  const tag = parts[1] ?? 'latest';
  const version = /^1(?:\.(\d+)(?:\.\d+)?)?(-labs|-experimental)?$/.exec(tag);
  if (version === null && !/^(latest|labs|experimental|1-labs|master)$/.test(tag)) return undefined;
  const minor = version?.[1] === undefined ? undefined : Number(version[1]);
  return {
    image: found,
    minor,
    // Since when the labs channel has a feature the reference does not say: then nothing is said either.
    has: (feature) => minor === undefined || minor >= feature || /labs|experimental/.test(tag),
  };
}
