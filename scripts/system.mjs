// What tests need of the system: it is installed where that can be done without asking, else one line says how.
// Plain JavaScript without a dependency, as the scripts around it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where each thing is looked for, and Debian's package that has it. */
const things = {
  chromium: {
    places: () => [
      process.env.CHROMIUM,
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      join(process.env.PROGRAMFILES ?? '', 'Google/Chrome/Application/chrome.exe'),
    ],
    how: 'Chromium for the tests in a browser: apt-get install -y chromium, or name one in CHROMIUM',
  },
  neovim: {
    places: () => inPath('nvim'),
    how: 'Neovim for the tests in a second editor: apt-get install -y neovim',
  },
  'docker-registry': {
    places: () => inPath('docker-registry'),
    how: 'a registry for the tests of base images: apt-get install -y docker-registry',
  },
};

function inPath(program) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
}

/** The path of a program, undefined where it is missing. */
export function find(name) {
  return things[name].places().find((path) => path && existsSync(path));
}

/** Installs what is missing, where this is Debian or Ubuntu and the user may; else says how, once. CHROMIUM then tells where that is. */
export function provide(...names) {
  const missing = names.filter((name) => find(name) === undefined);
  if (
    missing.length > 0 &&
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    existsSync('/usr/bin/apt-get')
  ) {
    console.error(`Installing ${missing.join(' and ')} for the tests (once)...`);
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
    if (spawnSync('apt-get', install, { ...options, stdio: 'ignore' }).status !== 0) {
      spawnSync('apt-get', ['update', '-qq'], options);
      spawnSync('apt-get', install, options);
    }
  }
  for (const name of missing) if (find(name) === undefined) console.error(`Missing: ${things[name].how}`);
  const chromium = find('chromium');
  if (chromium !== undefined) process.env.CHROMIUM = chromium;
}
