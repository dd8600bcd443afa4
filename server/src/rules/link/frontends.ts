// What came with which release of the Dockerfile frontend, and which release a file asks for.
//
// The numbers are what the releases themselves said (conformance/frontends); only that of --device, which is newer than they are,
// is BuildKit's reference's.
import type { Analysis } from '../../analysis/analyze.ts';
import { detectSyntax } from '../../dockerfile/directives.ts';

/** The minor releases of docker/dockerfile 1 that first have a feature: of the stable channel, and of labs (once: experimental). */
export interface Since {
  readonly stable: number;
  readonly labs: number;
}

export const since = {
  mount: { stable: 2, labs: 0 },
  severalArguments: { stable: 2, labs: 2 },
  chmod: { stable: 2, labs: 2 },
  network: { stable: 3, labs: 2 },
  link: { stable: 4, labs: 4 },
  heredoc: { stable: 4, labs: 3 },
  tmpfsSize: { stable: 4, labs: 4 },
  keepGitDir: { stable: 6, labs: 5 },
  checksum: { stable: 6, labs: 5 },
  startInterval: { stable: 6, labs: 6 },
  secretEnv: { stable: 10, labs: 10 },
  symbolicChmod: { stable: 14, labs: 14 },
  unpack: { stable: 17, labs: 17 },
  exclude: { stable: 19, labs: 7 },
  parents: { stable: 20, labs: 7 },
  security: { stable: 20, labs: 2 },
  device: { stable: 27, labs: 14 },
} as const satisfies Record<string, Since>;

export interface Frontend {
  /** As written. */
  readonly image: string;
  readonly channel: keyof Since;
  /** The minor release of docker/dockerfile 1; undefined for the newest. */
  readonly minor: number | undefined;
  readonly has: (feature: Since) => boolean;
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
  const channel = /labs|experimental/.test(tag) ? 'labs' : 'stable';
  return { image: found, channel, minor, has: (feature) => minor === undefined || minor >= feature[channel] };
}
