// The OCI layouts and image archives that a user has named: which of them holds an image. Each is opened once, and again when it changes.
import type { Reference } from '../../oci/reference.ts';
import { ImageError, imageError } from './imageError.ts';
import type { ImageSource } from './imageSource.ts';
import { type LocalImages, openLocalImages, stampOf } from './localImages.ts';

export interface Archives {
  /** The folder that alone holds the image, where there is such; `` where nobody knows which. */
  layoutOf(reference: Reference): string | undefined;
  /** Where the image is, and its digest. Throws ImageError where it can be in one place alone, and that cannot be read. */
  find(
    ref: string,
    reference: Reference,
  ): Promise<{ readonly source: ImageSource; readonly digest: string } | undefined>;
}

/** `paths` are asked by name and by digest, in order; `layouts` are folders by the one digest that each is asked for. */
export function openArchives(
  paths: readonly string[],
  layouts: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Archives {
  const opened = new Map<string, { readonly stamp: string; readonly images: LocalImages | ImageError }>();
  const layoutOf = ({ digest }: Reference): string | undefined =>
    Object.hasOwn(layouts, digest) ? layouts[digest] : undefined;

  const open = async (path: string): Promise<LocalImages | ImageError> => {
    const stamp = stampOf(path);
    const before = opened.get(path);
    if (before?.stamp === stamp) return before.images;
    const images = await openLocalImages(path).catch((error: unknown) => imageError(error, path));
    opened.set(path, { stamp, images });
    if (images instanceof ImageError) log(images.message);
    return images;
  };

  return {
    layoutOf,
    async find(ref, reference) {
      const layout = layoutOf(reference);
      if (layout !== undefined) {
        const images = await open(layout);
        if (images instanceof ImageError) throw images;
        return { source: images, digest: reference.digest };
      }
      for (const path of paths) {
        const images = await open(path);
        if (images instanceof ImageError) continue;
        const all = [...images.names.values(), ...images.unnamed];
        const known =
          reference.digest === '' ? images.names.get(ref) : all.find((one) => one.digest === reference.digest);
        if (known !== undefined) return { source: images, digest: known.digest };
      }
      return undefined;
    },
  };
}
