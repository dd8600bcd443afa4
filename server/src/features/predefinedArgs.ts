// The build arguments that every build has or takes without an ARG.

/** What the build gives a value without a declaration, or takes without one. */
export const predefinedArgs: ReadonlyMap<string, string> = new Map([
  ['TARGETPLATFORM', 'The platform that is built for, such as `linux/arm64`.'],
  ['TARGETOS', 'The operating system of the platform that is built for.'],
  ['TARGETOSVERSION', 'The version of the operating system that is built for.'],
  ['TARGETARCH', 'The architecture that is built for, such as `arm64`.'],
  ['TARGETVARIANT', 'The variant of the architecture that is built for, such as `v7`.'],
  ['TARGETSTAGE', 'The name of the stage that is built.'],
  ['BUILDPLATFORM', 'The platform of the machine that builds.'],
  ['BUILDOS', 'The operating system of the machine that builds.'],
  ['BUILDOSVERSION', 'The version of the operating system of the machine that builds.'],
  ['BUILDARCH', 'The architecture of the machine that builds.'],
  ['BUILDVARIANT', 'The variant of the architecture of the machine that builds.'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name): [string, string][] => [
    [name, 'A proxy for RUN; needs no ARG, and is left out of the cache key.'],
    [name.toLowerCase(), 'A proxy for RUN; needs no ARG, and is left out of the cache key.'],
  ]),
  ['SOURCE_DATE_EPOCH', 'Seconds since 1970 for the timestamps of the image.'],
  ['BUILDKIT_SBOM_SCAN_CONTEXT', 'Scan the build context for the bill of materials.'],
  ['BUILDKIT_SBOM_SCAN_STAGE', 'Scan this stage for the bill of materials.'],
  ['BUILDKIT_SYNTAX', 'The frontend that reads the Dockerfile.'],
  ['BUILDKIT_CACHE_MOUNT_NS', 'A prefix for the ids of cache mounts.'],
  ['BUILDKIT_CONTEXT_KEEP_GIT_DIR', 'Keep the `.git` folder of a Git context.'],
  ['BUILDKIT_INLINE_CACHE', 'Write cache metadata into the image.'],
  ['BUILDKIT_MULTI_PLATFORM', 'Make a result for several platforms even of one.'],
  ['BUILDKIT_SANDBOX_HOSTNAME', 'The host name while building.'],
  ['BUILDKIT_DOCKERFILE_CHECK', 'Settings of the build checks; replaces `# check=`.'],
]);

/** The arguments that have a value in every build: usable in FROM at once, in a stage after `ARG NAME`. */
export function isPlatformArg(name: string): boolean {
  return /^(TARGET|BUILD)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)$/.test(name) || name === 'TARGETSTAGE';
}
