// Which version this is, and which BuildKit it equals.

/** The version of the package; a test holds it to the manifest. */
export const packageVersion = '0.1.0';

/** The release of BuildKit that the graph is compared with, digest for digest. */
export const buildkitVersion = 'v0.34.2';

/** One line for `--version`. */
export function version(): string {
  return `llb-lens ${packageVersion} (BuildKit ${buildkitVersion})`;
}
