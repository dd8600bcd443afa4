// What open documents know of their base images: answers at once from what is known, and asks the host for more when the typing rests.
import type { AnalysisInputs } from '../analysis/analyze.ts';
import { formatPlatformAll, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString } from '../oci/reference.ts';
import type { Log } from './guard.ts';
import type { Host, HostImages, ImageSettings } from './host.ts';

/** Milliseconds without a change of the text after which its images are asked for: nobody wants to know of `debi`. */
const rest = 1000;

/** What one document asks for. */
interface Wanted {
  readonly images: HostImages;
  readonly refs: Map<string, { readonly ref: string; readonly platform: Platform }>;
  /** Nothing is known of one of them, and nobody may be asked. */
  unknown: boolean;
  cancel: (() => void) | undefined;
}

export interface DocumentImages {
  /** The inputs of the next analysis of the document; what that asks for is remembered. */
  inputs(uri: string, settings: ImageSettings): Pick<AnalysisInputs, 'image' | 'imageFacts'>;
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

  const request = (wanted: Wanted): void => {
    wanted.cancel = undefined;
    for (const [key, { ref, platform }] of wanted.refs) {
      void wanted.images.request(ref, platform).then((isNew) => {
        if (!isNew) return;
        const concerned = [...documents].filter(([, other]) => other.images === wanted.images && other.refs.has(key));
        if (concerned.length > 0) changed(concerned.map(([name]) => name));
      });
      const tag = tagOf(ref);
      // What a pin could be updated to; that is news for a hover and a fix alone.
      if (tag !== undefined) void wanted.images.request(tag, platform);
    }
  };

  return {
    inputs(uri, settings) {
      documents.get(uri)?.cancel?.();
      const images = storeFor(settings);
      if (images === undefined) {
        documents.delete(uri);
        return {};
      }
      const wanted: Wanted = { images, refs: new Map(), unknown: false, cancel: undefined };
      documents.set(uri, wanted);
      return {
        image(ref, platform) {
          wanted.refs.set(`${ref}|${formatPlatformAll(platform)}`, { ref, platform });
          const found = images.lookup(ref, platform);
          if (found === undefined && settings.mode === 'cached') wanted.unknown = true;
          return found;
        },
        imageFacts: (ref, platform) => images.about(ref, platform),
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
      documents.get(uri)?.cancel?.();
      documents.delete(uri);
      told.delete(uri);
    },
    dispose() {
      for (const { cancel } of documents.values()) cancel?.();
      documents.clear();
      for (const store of stores.values()) store.dispose();
      stores.clear();
    },
  };
}

/** The name without its digest, where it has a tag as well. */
export function tagOf(ref: string): string | undefined {
  const named = parseNormalizedNamed(ref);
  if ('error' in named || named.digest === '' || named.tag === '') return undefined;
  return referenceString({ ...named, digest: '' });
}
