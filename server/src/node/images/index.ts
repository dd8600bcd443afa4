// What is known of base images. Answers come at once from memory and disk; whoever wants to know more requests it and asks again
// when that is done. Nothing here waits for the network but `request` and `requestFiles`.
import type { BaseFiles, LayerIndex } from '../../analysis/baseFiles.ts';
import type { ImageInput } from '../../compile/compilation.ts';
import { formatPlatformAll, type Platform } from '../../oci/platform.ts';
import { parseNormalizedNamed, type Reference, tagNameOnly } from '../../oci/reference.ts';
import { openArchives } from './archives.ts';
import { type Containerd, containerdSource } from './containerd.ts';
import type { Credentials } from './credentials.ts';
import { engineImage } from './engine.ts';
import type { Fetch } from './http.ts';
import { ImageError, type ImageErrorCode, imageError, isDefinite } from './imageError.ts';
import type { ImageSource } from './imageSource.ts';
import { indexLayer, mergeIndexes, packIndex, unpackIndex } from './layerIndex.ts';
import { type Descriptor, parseObject, platformOf, platformsOf, readManifest } from './manifest.ts';
import { registrySource } from './registry.ts';
import { startSlots } from './slots.ts';
import { type Answer, openStore } from './store.ts';
import { type StoredImage, storedImage, storeImage, type Wanted } from './storedImage.ts';

export type ResolveMode = 'off' | 'cached' | 'on';

export interface ImagesOptions {
  /** A folder of its own; it need not exist. */
  readonly cacheDir: string;
  readonly fetch: Fetch;
  readonly credentials: Credentials;
  /** `off`: nothing is known. `cached`: what was learnt earlier. `on`: registries are asked. */
  readonly mode: ResolveMode;
  readonly log: (line: string) => void;
  /** Minutes after which a tag is asked for again; 60 unless given. What a digest names never changes. */
  readonly refresh?: number;
  /** Hosts to ask before a registry, by its name. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
  /** Registries that are spoken to without encryption. */
  readonly insecure?: readonly string[];
  /** OCI layout folders and image archives, asked before registries. */
  readonly archives?: readonly string[];
  /** OCI layout folders, by the digest of an image that is to be found there and nowhere else; `` where it cannot be found. */
  readonly layouts?: Readonly<Record<string, string>>;
  /** Asked where the registry has no answer. */
  readonly containerd?: Containerd;
  /** The socket of a Docker that is asked where the registry has no answer, and containerd neither. */
  readonly engine?: string;
  /** Compressed bytes of the layers of an image up to which its files are looked at; 500 MB unless given. */
  readonly filesLimit?: number;
  readonly now?: () => number;
}

export interface ImageProblem {
  readonly code: ImageErrorCode;
  /** One sentence for a person. */
  readonly message: string;
  /** Seconds, where the registry said so. */
  readonly retryAfter?: number;
}

/** What a person wants to know of an image beside its configuration. */
export interface ImageFacts {
  readonly ref: string;
  /** Of the index or manifest: what a pin names. */
  readonly digest: string | undefined;
  /** Where it was learnt: a registry's host, a file, `containerd`, `Docker`. */
  readonly source: string;
  /** When, in milliseconds since 1970. */
  readonly checked: number;
  /** The newest answer is older than wanted: `problem` says why there is no newer one, unless nobody asked. */
  readonly stale: boolean;
  /** All platforms of the image, spelled as `--platform` takes them. */
  readonly platforms: readonly string[];
  readonly layers: number;
  /** Compressed bytes of the layers. */
  readonly size: number;
  /** The configuration's JSON for this platform. */
  readonly config: string | undefined;
  readonly problem: ImageProblem | undefined;
}

export interface Images {
  /** What the compiler is told of an image; undefined where nothing is known. Never waits. */
  lookup(ref: string, platform: Platform): ImageInput | undefined;
  /** What is known beside; undefined where neither anything is known nor anything went wrong. Never waits. */
  about(ref: string, platform: Platform): ImageFacts | undefined;
  /**
   * Learns of an image where that is wanted and allowed. True where `lookup` or `about` now say something else, age aside.
   * Never rejects.
   */
  request(ref: string, platform: Platform, options?: { readonly force?: boolean }): Promise<boolean>;
  /** The files of an image once `requestFiles` has read them. Never waits. */
  baseFiles(ref: string, platform: Platform): BaseFiles | undefined;
  /** Reads the layers of an image that is known. True where `baseFiles` now knows. Never rejects. */
  requestFiles(ref: string, platform: Platform): Promise<boolean>;
  /** Ends everything that is under way. */
  dispose(): void;
}

/** How many registries are talked to at once. */
const atOnce = 4;
/** After a failure nobody asks again for so long, unless told to. Milliseconds. */
const pauseAfterFailure = 60_000;
/** How long an image counts as not there. Milliseconds. */
const refreshOfErrors = 300_000;
/** A look-up as a whole, but for layers. Milliseconds. */
const deadline = 60_000;
/** Images whose files are kept in memory. */
const mostFiles = 8;

export function createImages(options: ImagesOptions): Images {
  const { mode, log } = options;
  const now = options.now ?? Date.now;
  const refresh = (options.refresh ?? 60) * 60_000;
  const filesLimit = options.filesLimit ?? 500_000_000;
  const store = openStore(options.cacheDir, log);
  const ending = new AbortController();
  const tokens = new Map();
  const slots = startSlots(atOnce);
  const underWay = new Map<string, Promise<boolean>>();
  const problems = new Map<string, ImageProblem & { readonly until: number }>();
  const engines = new Map<string, ImageFacts>();
  const found = new Map<string, StoredImage>();
  const files = new Map<string, BaseFiles>();
  const archives = openArchives(options.archives ?? [], options.layouts ?? {}, log);

  const keyOf = (ref: string, platform: Platform): string => `${ref}|${formatPlatformAll(platform)}`;

  /** What disk and memory hold; undefined where something is missing. Throws ImageError where the image cannot be had. */
  const find = (ref: string, platform: Platform): StoredImage | undefined => {
    const answer = store.answer(ref);
    if (answer === undefined) return undefined;
    // Asked at every keystroke.
    const key = keyOf(ref, platform);
    const last = found.get(key);
    if (last?.answer === answer) return last;
    const known = storedImage(store, answer, platform);
    if (known !== undefined) found.set(key, known);
    return known;
  };

  const isFresh = (answer: Answer, reference: Reference): boolean => {
    const age = now() - answer.checked;
    if (answer.error !== undefined) return age >= 0 && age < refreshOfErrors;
    return reference.digest !== '' || (age >= 0 && age < refresh);
  };

  /** Fills the store with all that `find` needs. */
  const learn = async (
    source: ImageSource,
    wanted: Wanted,
    signal: AbortSignal,
    makeshift: Pick<Answer, 'makeshift'> = {},
  ): Promise<void> => {
    const answer = await storeImage(store, source, wanted, signal);
    store.putAnswer({ ...answer, ...makeshift, checked: now() });
  };

  /** What the registry does not tell. True where the store knows the image now. */
  const askContainerd = async (ref: string, reference: Reference, platform: Platform): Promise<boolean> => {
    const known = tryFind(ref, platform);
    if (options.containerd === undefined || (known !== undefined && known.answer.makeshift !== true)) return false;
    try {
      const source = containerdSource(options.containerd, reference);
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(deadline)]);
      await learn(source, { ref, tag: reference.digest || reference.tag, platform }, signal, { makeshift: true });
      return true;
    } catch (error) {
      log(`${ref}: ${imageError(error, 'containerd').message}`);
      return false;
    }
  };

  const askEngine = async (ref: string, reference: Reference, platform: Platform): Promise<boolean> => {
    if (options.engine === undefined || reference.domain === '') return false;
    try {
      const image = await engineImage(options.engine, reference, platform, ending.signal);
      if (image === undefined) {
        engines.delete(keyOf(ref, platform));
        return false;
      }
      const { digest, config, size } = image;
      const parsed = parseObject(Buffer.from(config), 'Docker');
      const layers = (parsed.rootfs as { diff_ids: unknown[] }).diff_ids.length;
      engines.set(keyOf(ref, platform), {
        ref,
        digest: reference.digest === '' ? digest : reference.digest,
        source: 'Docker',
        checked: now(),
        stale: false,
        platforms: [formatPlatformAll(platformOf(parsed) as Platform)],
        layers,
        size,
        config,
        problem: undefined,
      });
      return true;
    } catch (error) {
      log(imageError(error, 'Docker').message);
      return false;
    }
  };

  const look = async (ref: string, reference: Reference, platform: Platform): Promise<boolean> => {
    const key = keyOf(ref, platform);
    const before = summary(ref, platform);
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(deadline)]);
    try {
      const archive = await archives.find(ref, reference);
      if (archive === undefined && mode !== 'on') return false;
      const source = archive?.source ?? registrySource(reference, { ...options, log, now }, tokens);
      const tag = archive?.digest || reference.digest || reference.tag;
      await learn(source, { ref, tag, platform }, signal);
      problems.delete(key);
    } catch (thrown) {
      if (ending.signal.aborted) return false;
      const error = signal.aborted
        ? new ImageError('silent', `${reference.domain} did not answer within ${deadline / 1000} seconds`)
        : imageError(thrown, ref);
      log(`${ref}: ${error.message}`);
      const { code, message, retryAfter } = error;
      const isHere =
        archives.layoutOf(reference) === undefined &&
        ((await askContainerd(ref, reference, platform)) || (await askEngine(ref, reference, platform)));
      if (isDefinite(code) && !isHere)
        store.putAnswer({ ref, error: { code, message }, checked: now(), source: reference.domain });
      problems.set(key, {
        code,
        message,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        until: now() + Math.max(pauseAfterFailure, (retryAfter ?? 0) * 1000),
      });
    }
    return summary(ref, platform) !== before;
  };

  /** Everything that `lookup` and `about` say, as one text, but for the time and what time makes of it. */
  const summary = (ref: string, platform: Platform): string => {
    const { checked, stale, ...facts } = images.about(ref, platform) ?? { checked: 0, stale: false };
    return JSON.stringify([facts, images.lookup(ref, platform)]);
  };

  const images: Images = {
    lookup(ref, platform) {
      if (mode === 'off') return undefined;
      const local = engines.get(keyOf(ref, platform));
      try {
        const known = find(ref, platform);
        if (known !== undefined) return { digest: known.digest, config: known.config };
      } catch (error) {
        const { code, message } = imageError(error, ref);
        // BuildKit's own words for what is not there.
        const why = code === 'not-found' ? `${ref}: not found` : message;
        if (local === undefined) return { error: `failed to resolve source metadata for ${ref}: ${why}` };
      }
      if (local?.config === undefined) return undefined;
      return { config: local.config, ...(local.digest === undefined ? {} : { digest: local.digest }) };
    },
    about(ref, platform) {
      if (mode === 'off') return undefined;
      const trouble = problems.get(keyOf(ref, platform));
      const { until, ...problem } = trouble ?? { until: 0 };
      const shown = trouble === undefined ? undefined : (problem as ImageProblem);
      const reference = referenceOf(ref);
      const answer = store.answer(ref);
      const local = engines.get(keyOf(ref, platform));
      const none = { ref, digest: undefined, platforms: [], layers: 0, size: 0, config: undefined };
      try {
        const known = find(ref, platform);
        if (known !== undefined) {
          const { layers } = known.manifest;
          return {
            ref,
            digest: known.digest,
            source: known.answer.source,
            checked: known.answer.checked,
            stale: reference !== undefined && !isFresh(known.answer, reference),
            platforms: known.platforms.map(formatPlatformAll),
            layers: layers.length,
            size: layers.reduce((sum, layer) => sum + layer.size, 0),
            config: known.config,
            problem: shown,
          };
        }
      } catch (error) {
        const { code, message } = imageError(error, ref);
        const { source = '', checked = 0 } = answer ?? {};
        if (local !== undefined) return { ...local, problem: { code, message } };
        return {
          ...none,
          digest: answer?.digest,
          source,
          checked,
          stale: false,
          platforms: allPlatforms(answer),
          problem: { code, message },
        };
      }
      if (local !== undefined) return { ...local, problem: shown };
      return shown === undefined ? undefined : { ...none, source: '', checked: 0, stale: false, problem: shown };
    },
    request(ref, platform, { force = false } = {}) {
      const reference = referenceOf(ref);
      if (mode === 'off' || reference === undefined || ending.signal.aborted) return Promise.resolve(false);
      if (archives.layoutOf(reference) === '') return Promise.resolve(false);
      const key = keyOf(ref, platform);
      const running = underWay.get(key);
      if (running !== undefined) return running;
      if (!force) {
        if ((problems.get(key)?.until ?? 0) > now()) return Promise.resolve(false);
        const answer = store.answer(ref);
        const isDue = answer?.makeshift === true && reference.digest === '';
        if (answer !== undefined && !isDue && isFresh(answer, reference) && isComplete(ref, platform))
          return Promise.resolve(false);
      }
      const work = slots(() => look(ref, reference, platform))
        .catch((error: unknown) => {
          log(`${ref}: ${imageError(error, ref).message}`);
          return false;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, work);
      return work;
    },
    baseFiles(ref, platform) {
      const known = tryFind(ref, platform);
      return known === undefined || mode === 'off' ? undefined : files.get(known.manifestDigest);
    },
    requestFiles(ref, platform) {
      const reference = referenceOf(ref);
      const known = tryFind(ref, platform);
      if (mode === 'off' || reference === undefined || known === undefined || ending.signal.aborted)
        return Promise.resolve(false);
      const { manifestDigest } = known;
      if (files.has(manifestDigest)) return Promise.resolve(false);
      const key = `files ${manifestDigest}`;
      const running = underWay.get(key);
      if (running !== undefined) return running;
      if ((problems.get(key)?.until ?? 0) > now()) return Promise.resolve(false);
      const work = slots(() => readFiles(ref, reference, known))
        .catch((thrown: unknown) => {
          if (ending.signal.aborted) return false;
          const { code, message } = imageError(thrown, ref);
          log(`the files of ${ref}: ${message}`);
          problems.set(key, { code, message, until: now() + 10 * pauseAfterFailure });
          return false;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, work);
      return work;
    },
    dispose() {
      ending.abort();
      files.clear();
    },
  };

  const tryFind = (ref: string, platform: Platform): ReturnType<typeof find> => {
    try {
      return find(ref, platform);
    } catch {
      return undefined;
    }
  };

  const isComplete = (ref: string, platform: Platform): boolean => {
    try {
      return find(ref, platform) !== undefined;
    } catch {
      return true;
    }
  };

  const allPlatforms = (answer: Answer | undefined): string[] => {
    const bytes = answer?.digest === undefined ? undefined : store.blob(answer.digest);
    if (bytes === undefined) return [];
    try {
      const manifest = readManifest(bytes, answer?.mediaType ?? '', '');
      return manifest.kind === 'index' ? platformsOf(manifest.manifests).map(formatPlatformAll) : [];
    } catch {
      return [];
    }
  };

  const readFiles = async (
    ref: string,
    reference: Reference,
    { manifest, manifestDigest, answer }: StoredImage,
  ): Promise<boolean> => {
    const { layers } = manifest;
    const indexes: LayerIndex[] = [];
    const noteOf = (layer: Descriptor): string => `layer-${layer.digest.replace(/[^A-Za-z0-9]/g, '-')}`;
    const kept: (LayerIndex | undefined)[] = [];
    for (const layer of layers) {
      const note = store.note(noteOf(layer));
      kept.push(note === undefined ? undefined : await unpackIndex(note));
    }
    const size = layers.reduce((sum, layer, i) => sum + (kept[i] === undefined ? layer.size : 0), 0);
    const archive = await archives.find(ref, reference);
    if (kept.includes(undefined) && archive === undefined && mode !== 'on') return false;
    const here =
      archive?.source ??
      (answer.makeshift === true && options.containerd !== undefined
        ? containerdSource(options.containerd, reference)
        : undefined);
    if (here === undefined && size > filesLimit)
      throw new ImageError('too-large', `its layers are ${size} bytes, more than the ${filesLimit} that are read`);
    const source = here ?? registrySource(reference, { ...options, log, now }, tokens);
    for (const [i, layer] of layers.entries()) {
      let index = kept[i];
      if (index === undefined) {
        index = await indexLayer(source.stream(layer, ending.signal));
        store.putNote(noteOf(layer), await packIndex(index));
      }
      indexes.push(index);
    }
    files.set(manifestDigest, await mergeIndexes(indexes));
    for (const oldest of files.keys()) {
      if (files.size <= mostFiles) break;
      files.delete(oldest);
    }
    return true;
  };

  return images;
}

/** The parts of a full reference. */
function referenceOf(ref: string): Reference | undefined {
  const named = parseNormalizedNamed(ref);
  return 'error' in named ? undefined : tagNameOnly(named);
}
