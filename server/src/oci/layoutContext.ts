// A named context that is an OCI layout, as a person gives it to buildx (`oci-layout://FOLDER[:TAG][@DIGEST]`), and what buildx makes
// of that for BuildKit, which never hears of the folder: it knows a store of the client, and a digest in it.
import { parseDigest } from './digest.ts';

export interface LayoutContext {
  /** As it is written: absolute, or relative to where the build is started. */
  readonly folder: string;
  /** `` where it has none. */
  readonly tag: string;
  /** `` where it has none; then the layout's index.json tells. */
  readonly digest: string;
}

const scheme = 'oci-layout://';
/** buildx makes a new one up for each build. */
const storeName = 'llb-lens-layout';

/** In the place of a digest that nobody could read. No content has it. */
export const unknownDigest = `sha256:${'0'.repeat(64)}`;

/** The parts of such a context; undefined for any other. */
export function layoutContextOf(value: string): LayoutContext | { readonly error: string } | undefined {
  if (!value.startsWith(scheme)) return undefined;
  let folder = value.slice(scheme.length);
  let tag = '';
  let digest = '';
  const at = folder.lastIndexOf('@');
  if (at >= 0 && /[A-Za-z][A-Za-z0-9]*:[0-9A-Fa-f]{32}/.test(folder.slice(at + 1))) {
    digest = folder.slice(at + 1);
    const error = parseDigest(digest);
    if (error !== undefined) return { error };
    folder = folder.slice(0, at);
  }
  const colon = folder.lastIndexOf(':');
  // `C:/layout` has no tag.
  const isDrive = colon === 1 && /^[A-Za-z]:[\\/]/.test(folder);
  if (colon >= 0 && !isDrive && /\w/.test(folder.slice(colon + 1))) {
    tag = folder.slice(colon + 1);
    folder = folder.slice(0, colon);
  }
  return { folder, tag: tag === '' && digest === '' ? 'latest' : tag, digest };
}

/** The digest that a layout's index.json has for a tag or name, or for the one image there is. */
export function digestInLayout(index: string, tag: string): string | undefined {
  let manifests: unknown;
  try {
    manifests = (JSON.parse(index) as { manifests?: unknown } | null)?.manifests;
  } catch {
    return undefined;
  }
  if (!Array.isArray(manifests)) return undefined;
  const all = manifests as readonly ({ digest?: unknown; annotations?: Record<string, unknown> | null } | null)[];
  const by = (annotation: string) => all.find((one) => one?.annotations?.[annotation] === tag);
  const found =
    by('io.containerd.image.name') ??
    by('org.opencontainers.image.ref.name') ??
    (all.length === 1 ? all[0] : undefined);
  const digest = found?.digest;
  return typeof digest === 'string' && parseDigest(digest) === undefined ? digest : undefined;
}

/** What BuildKit is told. */
export function layoutAttr({ tag }: LayoutContext, digest: string): string {
  return `${scheme}${storeName}${tag === '' ? '' : `:${tag}`}@${digest}`;
}
