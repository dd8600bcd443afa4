// `--images`: base images for one run of a command, which looks up what its analysis asks for and then analyses again.
import type { AnalysisInputs } from '../analysis/analyze.ts';
import type { HostImages } from '../lsp/host.ts';
import { formatPlatformAll, type Platform } from '../oci/platform.ts';
import { layoutFolders } from './buildFlags.ts';
import { type Io, UsageError } from './io.ts';

export interface CommandImages {
  readonly inputs: Required<Pick<AnalysisInputs, 'image' | 'imageFacts' | 'baseFiles'>>;
  /** Looks up what was asked for and is not known. True where something is known now. */
  learn(): Promise<boolean>;
  dispose(): void;
}

/**
 * Opens them as the flag says; undefined for `off`, its default. `contexts` are the named contexts, some of which hold images.
 * What goes wrong is told on standard error.
 */
export async function openCommandImages(
  flag: string | undefined,
  contexts: readonly string[] | undefined,
  io: Io,
): Promise<CommandImages | undefined> {
  const mode = flag ?? 'off';
  if (mode === 'off') return undefined;
  if (mode !== 'cached' && mode !== 'on') throw new UsageError(`--images ${mode}: one of off, cached, on`);
  // Loaded when asked for: it speaks all of the registries' protocol.
  const { hostImages } = await import('./hostImages.ts');
  const layouts = layoutFolders(contexts ?? []);
  const settings = { mode, refresh: 60, archives: [], layouts, mirrors: {}, insecure: [] } as const;
  return commandImages(hostImages(settings, (line) => io.err(`llb-lens: ${line}\n`)));
}

export function commandImages(images: HostImages): CommandImages {
  const asked = new Set<string>();
  let due: (() => Promise<boolean>)[] = [];
  const once = (key: string, work: () => Promise<boolean>): void => {
    if (asked.has(key)) return;
    asked.add(key);
    due.push(work);
  };
  const keyOf = (ref: string, platform: Platform): string => `${ref}|${formatPlatformAll(platform)}`;
  return {
    inputs: {
      image(ref, platform) {
        // Asked for even where something is known: that may be old.
        once(`image ${keyOf(ref, platform)}`, () => images.request(ref, platform));
        return images.lookup(ref, platform);
      },
      imageFacts: images.about,
      baseFiles(ref, platform) {
        const found = images.baseFiles(ref, platform);
        // Of an image that is not known no files can be had; once it is, they are asked for again.
        if (found === undefined && images.lookup(ref, platform) !== undefined)
          once(`files ${keyOf(ref, platform)}`, () => images.requestFiles(ref, platform));
        return found;
      },
    },
    async learn() {
      const work = due;
      due = [];
      const learnt = await Promise.all(work.map((run) => run()));
      return learnt.includes(true);
    },
    dispose: images.dispose,
  };
}
