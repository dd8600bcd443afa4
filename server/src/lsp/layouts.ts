// The OCI layouts among the named contexts of a document: which digest each is at this moment, and where its content lies.
import { URI } from 'vscode-uri';
import { digestInLayout, layoutAttr, layoutContextOf, unknownDigest } from '../oci/layoutContext.ts';
import { type Files, joinUri, resolveFolder } from './files.ts';

export interface Layouts {
  /** What BuildKit is told, by the name of the context. */
  readonly contexts: Readonly<Record<string, string>>;
  /** The folder that holds the content, by its digest; `` for what nobody could read. */
  readonly folders: Readonly<Record<string, string>>;
  /** The files that say which digests there are. */
  readonly indexes: readonly string[];
}

export const noLayouts: Layouts = { contexts: {}, folders: {}, indexes: [] };

/** `base` is where relative folders start; where it or `files` is undefined no file is read. `complain` hears of what buildx would refuse. */
export async function readLayouts(
  contexts: Readonly<Record<string, string>>,
  base: string | undefined,
  files: Files | undefined,
  complain: (what: string) => void,
): Promise<Layouts> {
  const attrs: Record<string, string> = {};
  const folders: Record<string, string> = {};
  const indexes: string[] = [];
  for (const [name, value] of Object.entries(contexts)) {
    const layout = layoutContextOf(value);
    if (layout === undefined || 'error' in layout) continue;
    const folder = base === undefined ? undefined : resolveFolder(base, layout.folder);
    let digest = layout.digest;
    if (folder !== undefined && files !== undefined && digest === '') {
      const index = joinUri(folder, 'index.json');
      indexes.push(index);
      const text = await files.readText(index);
      digest = (typeof text === 'string' ? digestInLayout(text, layout.tag) : undefined) ?? '';
      if (digest === '') complain(`the context ${name}: there is no image ${layout.tag} in ${value}`);
    }
    if (digest === '') digest = unknownDigest;
    attrs[name] = layoutAttr(layout, digest);
    folders[digest] = folder === undefined || files === undefined ? '' : URI.parse(folder).fsPath;
  }
  return { contexts: attrs, folders, indexes };
}
