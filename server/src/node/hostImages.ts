// Base images for the language server: where their cache is, who is logged in, and which Docker and containerd there are.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HostImages, ImageSettings } from '../lsp/host.ts';
import { containerdOf } from './images/containerd.ts';
import { dockerCredentials } from './images/credentials.ts';
import { engineSocket } from './images/engine.ts';
import { createFetch } from './images/http.ts';
import { createImages } from './images/index.ts';

/** `log` gets what went wrong; never a password. */
export function hostImages(settings: ImageSettings, log: (line: string) => void): HostImages {
  const { env } = process;
  const { mode, refresh, archives, layouts, mirrors, insecure } = settings;
  const engine = engineSocket(env);
  const containerd = containerdOf(env);
  const images = createImages({
    mode,
    refresh,
    archives,
    layouts,
    mirrors,
    insecure,
    log,
    cacheDir: imageCache(env),
    fetch: createFetch({ env }),
    // Whoever lets registries be asked lets Docker's own helpers be asked for the login.
    credentials: dockerCredentials({ env, runHelpers: mode === 'on', log }),
    ...(containerd === undefined ? {} : { containerd }),
    ...(engine === undefined ? {} : { engine }),
  });
  return {
    lookup: images.lookup,
    request: (ref, platform) => images.request(ref, platform),
    baseFiles: images.baseFiles,
    requestFiles: images.requestFiles,
    about(ref, platform) {
      const facts = images.about(ref, platform);
      if (facts === undefined) return undefined;
      const { digest, source, checked, stale, platforms, layers, size, problem } = facts;
      const age = Math.max(0, Date.now() - checked);
      return { digest, source, age, stale, platforms, layers, size, problem: problem?.message };
    },
    dispose: images.dispose,
  };
}

/** The folder where what was learnt of images is kept, as the system wants it. */
export function imageCache(env: Readonly<Record<string, string | undefined>>): string {
  const home = homedir();
  const root =
    env.XDG_CACHE_HOME ||
    (process.platform === 'win32'
      ? env.LOCALAPPDATA || join(home, 'AppData', 'Local')
      : join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache'));
  return join(root, 'llb-lens', 'images');
}
