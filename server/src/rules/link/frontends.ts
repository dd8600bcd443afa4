// What came with which release of the Dockerfile frontend, and which release a file asks for.
//
// The numbers are those of BuildKit's own reference (frontend/dockerfile/docs/reference.md of the pinned release).
import type { Analysis } from '../../analysis/analyze.ts';
import { detectSyntax } from '../../dockerfile/directives.ts';

/** A feature: the release of the stable channel that has it. `labs`: the labs channel has had it before, since an unknown release. */
export interface Since {
  readonly minor: number;
  readonly labs?: true;
}

export const since = {
  link: { minor: 4 },
  mount: { minor: 2 },
  network: { minor: 3 },
  security: { minor: 20, labs: true },
  device: { minor: 27, labs: true },
  heredoc: { minor: 4, labs: true },
  copyChmod: { minor: 2 },
  symbolicChmod: { minor: 14 },
  keepGitDir: { minor: 1 },
  checksum: { minor: 6 },
  unpack: { minor: 17 },
  exclude: { minor: 19, labs: true },
  parents: { minor: 20, labs: true },
  secretEnv: { minor: 10 },
} as const satisfies Record<string, Since>;

export interface Frontend {
  /** As written. */
  readonly image: string;
  /** The minor release of docker/dockerfile 1; undefined for the newest. */
  readonly minor: number | undefined;
  readonly labs: boolean;
  readonly has: (feature: Since) => boolean;
}

/** The release of docker/dockerfile that the file pins; undefined where it pins none, or another frontend. */
export function frontendOf(analysis: Analysis): Frontend | undefined {
  const found = detectSyntax(analysis.text)?.value;
  const parts = /^(?:docker\.io\/)?docker\/dockerfile(?::([\w.-]+))?(?:@.*)?$/.exec(found ?? '');
  if (found === undefined || parts === null) return undefined;
  const tag = parts[1] ?? 'latest';
  const version = /^1(?:\.(\d+)(?:\.\d+)?)?(-labs|-experimental|-experimental\w*)?$/.exec(tag);
  if (version === null && !/^(latest|labs|experimental|1-labs|master)$/.test(tag)) return undefined;
  const minor = version?.[1] === undefined ? undefined : Number(version[1]);
  const labs = /labs|experimental/.test(tag);
  return {
    image: found,
    minor,
    labs,
    // Since when the labs channel has a feature the reference does not say: then nothing is said either.
    has: (feature) => minor === undefined || minor >= feature.minor || (labs && feature.labs === true),
  };
}
