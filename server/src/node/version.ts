// Which version this is, and which BuildKit it equals.

import { packageVersion } from '../../../shared/src/version.ts';

export { packageVersion };

/** The release of BuildKit that the graph is compared with, digest for digest. */
export const buildkitVersion = 'v0.34.2';

/** One line for `--version`. */
export function version(): string {
  return `llb-lens ${packageVersion} (BuildKit ${buildkitVersion})`;
}
