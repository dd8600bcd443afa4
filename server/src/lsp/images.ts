// What open documents know of their base images: answers at once from what is known, and asks the host for more when the typing rests
// and now and then after that.
import type { AnalysisInputs } from '../analysis/analyze.ts';
import type { ImageFacts } from '../analysis/imageFacts.ts';
import { formatPlatformAll, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString } from '../oci/reference.ts';
import type { Log } from './guard.ts';
import type { Host, HostImages, ImageSettings } from './host.ts';

/** Milliseconds without a change of the text after which its images are asked for: nobody wants to know of `debi`. */
const rest = 1000;
/** Milliseconds until the files of an image that could not be had are asked for again. */
const restOfFiles = 600_000;

/** Milliseconds after which what an open document asked for is looked at again, be it old by then or still not there. */
const longestRound = 300_000;
const shortestRound = 1000;

/** Of an image of which nothing is known, where nobody may be asked. */
const notAsked: ImageFacts = {
  digest: undefined,
  source: '',
  age: 0,
  stale: false,
  platforms: [],
  layers: 0,
  size: 0,
  problem: 'Registries are asked once the setting llbLens.images.resolve is "on".',
};

/** What one document asks for. */
interface Wanted {
  readonly images: HostImages;
  /** Milliseconds from one look at its images to the next; undefined where time brings nothing new. */
  readonly round: number | undefined;
  readonly settings: ImageSettings;
  readonly refs: Map<string, { readonly ref: string; readonly platform: Platform }>;
  /** Those whose files decide something. */
  readonly files: Map<string, { readonly ref: string; readonly platform: Platform }>;
  /** Nothing is known of one of them, and nobody may be asked. */
  unknown: boolean;
  cancel: (() => void) | undefined;
  cancelFiles: (() => void) | undefined;
}

export interface DocumentImages {
  /** The inputs of the next analysis of the document; what that asks for is remembered. */
  inputs(uri: string, settings: ImageSettings): Pick<AnalysisInputs, 'image' | 'imageFacts' | 'baseFiles'>;
  /** Has what the last analysis asked for looked up, `soon` or once nothing was asked for a while. */
  ask(uri: string, soon: boolean): void;
  forget(uri: string): void;
  dispose(): void;
}

/**
 * `changed` is told which documents mean something else now; `unknown` that nothing is known of a base and nobody may be asked,
 * once for a document.
 */
export function documentImages(
  host: Host,
  log: Log,
  changed: (uris: readonly string[]) => void,
  unknown: (uri: string) => void,
): DocumentImages {
  const stores = new Map<string, HostImages>();
  const documents = new Map<string, Wanted>();
  const told = new Set<string>();
  /** Until when the files of an image are not asked for again. */
  const tried = new WeakMap<HostImages, Map<string, number>>();

  const storeFor = (settings: ImageSettings): HostImages | undefined => {
    if (settings.mode === 'off' || host.images === undefined) return undefined;
    const key = JSON.stringify(settings);
    let store = stores.get(key);
    if (store === undefined) {
      store = host.images(settings, (line) => log.info(line));
      stores.set(key, store);
    }
    return store;
  };

  const tellOthers = (images: HostImages, concerns: (wanted: Wanted) => boolean): void => {
    const concerned = [...documents].filter(([, other]) => other.images === images && concerns(other));
    if (concerned.length > 0) changed(concerned.map(([name]) => name));
  };

  const requestFiles = (wanted: Wanted): void => {
    wanted.cancelFiles = undefined;
    const { images } = wanted;
    const until = tried.get(images) ?? new Map<string, number>();
    tried.set(images, until);
    for (const [key, { ref, platform }] of wanted.files) {
      if ((until.get(key) ?? Number.NEGATIVE_INFINITY) > host.now()) continue;
      void images.requestFiles(ref, platform).then((isNew) => {
        if (isNew) tellOthers(images, (other) => other.files.has(key));
        else until.set(key, host.now() + restOfFiles);
      });
    }
  };

  const stop = (uri: string): void => {
    const wanted = documents.get(uri);
    wanted?.cancel?.();
    wanted?.cancelFiles?.();
  };

  const request = (wanted: Wanted): void => {
    wanted.cancel = undefined;
    for (const [key, { ref, platform }] of wanted.refs) {
      void wanted.images.request(ref, platform).then((isNew) => {
        if (!isNew) return;
        tried.get(wanted.images)?.delete(key);
        tellOthers(wanted.images, (other) => other.refs.has(key));
      });
      const tag = isOfLayout(ref, wanted.settings) ? undefined : tagOf(ref);
      // What a pin could be updated to; that is news for a hover and a fix alone.
      if (tag !== undefined) void wanted.images.request(tag, platform);
    }
    // What is known and not old is not asked for. The clock stands still while a machine sleeps, so the age itself sets no alarm.
    if (wanted.round !== undefined) wanted.cancel = host.after(wanted.round, () => request(wanted));
  };

  return {
    inputs(uri, settings) {
      stop(uri);
      const images = storeFor(settings);
      if (images === undefined) {
        documents.delete(uri);
        return {};
      }
      const wanted: Wanted = {
        images,
        round: roundOf(settings),
        settings,
        refs: new Map(),
        files: new Map(),
        unknown: false,
        cancel: undefined,
        cancelFiles: undefined,
      };
      documents.set(uri, wanted);
      return {
        image(ref, platform) {
          wanted.refs.set(`${ref}|${formatPlatformAll(platform)}`, { ref, platform });
          const found = images.lookup(ref, platform);
          if (found === undefined && settings.mode === 'cached' && !isOfLayout(ref, settings)) wanted.unknown = true;
          return found;
        },
        imageFacts: (ref, platform) =>
          images.about(ref, platform) ??
          (settings.mode === 'cached' && !isOfLayout(ref, settings) ? notAsked : undefined),
        baseFiles(ref, platform) {
          const found = images.baseFiles(ref, platform);
          // An old analysis may still be asked about.
          if (found !== undefined || documents.get(uri) !== wanted) return found;
          wanted.files.set(`${ref}|${formatPlatformAll(platform)}`, { ref, platform });
          wanted.cancelFiles ??= host.after(rest, () => requestFiles(wanted));
          return undefined;
        },
      };
    },
    ask(uri, soon) {
      const wanted = documents.get(uri);
      if (wanted === undefined || wanted.refs.size === 0) return;
      if (wanted.unknown && !told.has(uri)) {
        told.add(uri);
        unknown(uri);
      }
      wanted.cancel?.();
      wanted.cancel = host.after(soon ? 0 : rest, () => request(wanted));
    },
    forget(uri) {
      stop(uri);
      documents.delete(uri);
      told.delete(uri);
    },
    dispose() {
      for (const uri of documents.keys()) stop(uri);
      documents.clear();
      for (const store of stores.values()) store.dispose();
      stores.clear();
    },
  };
}

/** Where nobody is asked, only an archive may hold more than before. */
function roundOf({ mode, refresh, archives, layouts }: ImageSettings): number | undefined {
  if (mode !== 'on' && archives.length === 0 && Object.keys(layouts).length === 0) return undefined;
  return Math.min(longestRound, Math.max(shortestRound, refresh * 60_000));
}

/** True for an image that is named for a context, and known by its digest alone. */
function isOfLayout(ref: string, { layouts }: ImageSettings): boolean {
  return Object.hasOwn(layouts, ref.slice(ref.indexOf('@') + 1));
}

/** The name without its digest, where it has a tag as well. */
export function tagOf(ref: string): string | undefined {
  const named = parseNormalizedNamed(ref);
  if ('error' in named || named.digest === '' || named.tag === '') return undefined;
  return referenceString({ ...named, digest: '' });
}
