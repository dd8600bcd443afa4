// Reads files for the analysis: through the host where it can reach them, else through the client.
import { URI, Utils } from 'vscode-uri';
import {
  type FolderEntry,
  type ListFolderAnswer,
  listFolderRequest,
  type ReadTextAnswer,
  readTextRequest,
} from '../../../shared/src/protocol.ts';
import type { Host } from './host.ts';

export interface Files {
  /** Undefined where it cannot be known. */
  readText(uri: string): Promise<string | null | undefined>;
  listFolder(uri: string): Promise<readonly FolderEntry[] | null | undefined>;
}

/** `ask` sends a request to the client; undefined where the client does not answer such. Nothing here throws. */
export function filesOf(host: Host, ask: ((method: string, params: unknown) => Promise<unknown>) | undefined): Files {
  return {
    async readText(uri) {
      try {
        if (host.reaches(uri)) return await host.readText(uri);
        const answer = (await ask?.(readTextRequest, { uri })) as ReadTextAnswer | undefined;
        return answer?.text;
      } catch {
        return undefined;
      }
    },
    async listFolder(uri) {
      try {
        if (host.reaches(uri)) return await host.listFolder(uri);
        const answer = (await ask?.(listFolderRequest, { uri })) as ListFolderAnswer | undefined;
        return answer?.entries;
      } catch {
        return undefined;
      }
    },
  };
}

/** Schemes of texts that stand in no folder, or in one that is not the build's. */
const withoutFolder = ['untitled', 'vscode-notebook-cell', 'inmemory', 'output', 'vscode-local-history'];
/** Schemes of older texts of a file that is open too, as one half of a comparison shows them. */
const olderTexts = [
  'git',
  'gitfs',
  'gitlens',
  'pr',
  'review',
  'svn',
  'scm',
  'vscode-local-history',
  'conflictResolution',
];

/** True for a text whose problems belong into a list of problems: not for one half of a comparison. */
export function isWorkedOn(uri: string): boolean {
  return !olderTexts.includes(schemeOf(uri));
}

/** The folder that is the build context, or undefined where there is none. `folders` are those of the workspace. */
export function contextFolder(uri: string, context: string, folders: readonly string[]): string | undefined {
  const scheme = schemeOf(uri);
  if (withoutFolder.includes(scheme) || olderTexts.includes(scheme)) return undefined;
  const file = parse(uri);
  if (file === undefined) return undefined;
  const own = Utils.dirname(file);
  if (context === '') return own.toString();
  const workspace = folders
    .filter((folder) => uri.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
    .reduce((longest, folder) => (folder.length > longest.length ? folder : longest), '');
  const base = workspace === '' ? own : (parse(workspace) ?? own);
  return Utils.resolvePath(base, context).toString();
}

/** A folder by its path, absolute or relative to the folder `base`. */
export function resolveFolder(base: string, path: string): string {
  const from = URI.parse(base);
  const isDrive = /^[A-Za-z]:[\\/]/.test(path);
  if (isDrive) return from.with({ path: `/${path.replaceAll('\\', '/')}` }).toString();
  return Utils.resolvePath(from, path).toString();
}

export function joinUri(folder: string, ...paths: readonly string[]): string {
  return Utils.joinPath(URI.parse(folder), ...paths).toString();
}

/** True for what says which files a build leaves out, whatever language the editor takes it for. */
export function isIgnoreFile(uri: string): boolean {
  return uri.endsWith('.dockerignore');
}

/** The one spelling of a URI that has several. */
export function spelled(uri: string): string {
  return parse(uri)?.toString() ?? uri;
}

/** The name of the file, `Dockerfile` where there is none to be had. */
export function fileName(uri: string): string {
  const file = parse(uri);
  return (file === undefined ? '' : Utils.basename(file)) || 'Dockerfile';
}

function schemeOf(uri: string): string {
  return uri.slice(0, Math.max(0, uri.indexOf(':')));
}

function parse(uri: string): URI | undefined {
  try {
    return URI.parse(uri);
  } catch {
    return undefined;
  }
}
