// What a command line knows of build contexts: each folder is listed once, if ever, and never for long.
import type { AnalysisInputs } from '../../analysis/analyze.ts';
import { contextUse } from '../../analysis/contextUse.ts';
import type { Listing } from '../../context/listing.ts';
import { walkFolder } from '../context/walk.ts';

/** Entries of one folder, and of all folders that nobody named: the same run gives the same answers, however busy the machine. */
const most = { named: 200_000, guessed: 5000, allGuessed: 100_000 };

/** Answers what a build takes of a context. `named`: somebody said that this folder is the context. */
export type Contexts = (folder: string, named: boolean) => NonNullable<AnalysisInputs['context']>;

/** Folders that are listed when first asked about. */
export function openContexts(): Contexts {
  const listings = new Map<string, Listing | undefined>();
  let left = most.allGuessed;
  const list = (folder: string, named: boolean): Listing | undefined => {
    if (listings.has(folder)) return listings.get(folder);
    const limit = named ? most.named : Math.min(most.guessed, left);
    const listing = limit <= 0 ? undefined : quietly(() => walkFolder(folder, { most: limit }));
    if (!named) left -= listing?.paths.length ?? 0;
    const whole = listing?.truncated === true ? undefined : listing;
    listings.set(folder, whole);
    return whole;
  };
  return (folder, named) => (request) => {
    const listing = request.reads.length === 0 ? undefined : list(folder, named);
    const use = listing === undefined ? undefined : contextUse(request, listing);
    // A folder that lacks what is copied is not the context that the file is meant for.
    return !named && use?.reads.some(({ nothing }) => nothing === 'missing') === true ? undefined : use;
  };
}

/** Undefined where a folder cannot be read: that is somebody else's word to say. */
function quietly(walk: () => Listing): Listing | undefined {
  try {
    return walk();
  } catch {
    return undefined;
  }
}
