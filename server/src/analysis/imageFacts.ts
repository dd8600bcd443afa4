// What a person wants to know of an image beside its configuration, and how sure that is.

export interface ImageFacts {
  /** `sha256:…` of the index or manifest: what a pin names. Undefined where not known. */
  readonly digest: string | undefined;
  /** Where it was learnt: a registry's host, a file, `Docker`; `` where nothing was. */
  readonly source: string;
  /** Milliseconds since it was learnt. */
  readonly age: number;
  /** Older than the user wants it. */
  readonly stale: boolean;
  /** All platforms of the image, spelled as `--platform` takes them. */
  readonly platforms: readonly string[];
  readonly layers: number;
  /** Compressed bytes of the layers; 0 where not known. */
  readonly size: number;
  /** Why nothing, or nothing newer, is known: a sentence for a person. */
  readonly problem: string | undefined;
}
