// Runs the suite in a VS Code that is a web page and nothing else: extension and server are web workers, as on vscode.dev.
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { root } from '../../scripts/editor/codeServer.ts';
import { copyWorkspace, neighbour, openBrowser, openPage, outcomesOf, testSettings } from './browser.ts';
import { webSuite } from './bundle.ts';
import type { Outcome, RunSetup } from './outcome.ts';

export async function runInWeb({ vscode, screenshots }: RunSetup): Promise<readonly Outcome[]> {
  const workspace = await copyWorkspace();
  const server = await serveWorkbench(vscode, workspace.path);
  const browser = await openBrowser();
  try {
    const { page, lines } = await openPage(browser, server.authority);
    const outcomes = await outcomesOf(page, `http://${server.authority}/`, lines, join(screenshots, 'web.log'));
    await page.screenshot({ path: join(screenshots, 'web.png') });
    return outcomes;
  } finally {
    await browser.close();
    server.close();
    await workspace.remove();
  }
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.cjs': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.png': 'image/png',
};

/** code-server leads its page back to its server. Without these two changes the page stands on its own. */
const patches: readonly (readonly [RegExp, string])[] = [
  [/(this\.userDataPath\)\.with\(\{scheme:)\w+\.vscodeRemote(\}\),"User"\))/, '$1"vscode-userdata"$2'],
  [/(JSON\.parse\(\w+\)),remoteAuthority:location\.host\}/, '$1}'],
];

async function serveWorkbench(vscode: string, folder: string): Promise<{ authority: string; close(): void }> {
  const mounts: readonly (readonly [string, string])[] = [
    ['/vscode/', vscode],
    ['/extension/', root],
    ['/folder-extension/', join(root, 'test', 'editor', 'folder')],
    ['/neighbour/', neighbour],
    ['/folder/', folder],
  ];
  let page = '';
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname);
    if (path === '/') return send(response, 200, page, 'text/html');
    const mount = mounts.find(([prefix]) => path.startsWith(prefix));
    if (mount === undefined) return send(response, 404, '');
    const file = join(mount[1], path.slice(mount[0].length));
    if (
      file !== mount[1] &&
      !file.startsWith(mount[1].endsWith(sep) ? mount[1] : mount[1] + sep) &&
      file !== `${mount[1]}${sep}`
    ) {
      return send(response, 403, '');
    }
    answer(response, file, url.searchParams).catch(() => send(response, 404, ''));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  page = await workbenchPage(vscode, authority);
  return {
    authority,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(response: ServerResponse, file: string, query: URLSearchParams): Promise<void> {
  if (query.has('stat')) {
    const about = await stat(file);
    const json = { folder: about.isDirectory(), size: about.size, changed: about.mtimeMs };
    return send(response, 200, JSON.stringify(json), 'application/json');
  }
  if (query.has('list')) {
    const entries = await readdir(file, { withFileTypes: true });
    const json = entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
    return send(response, 200, JSON.stringify(json), 'application/json');
  }
  if (file.endsWith(join('browser', 'workbench', 'workbench.js'))) {
    let text = await readFile(file, 'utf8');
    for (const [from, to] of patches) {
      if (!from.test(text)) throw new Error(`workbench.js has no ${from}`);
      text = text.replace(from, to);
    }
    return send(response, 200, text, 'text/javascript');
  }
  return send(response, 200, await readFile(file), types[extname(file)] ?? 'application/octet-stream');
}

function send(response: ServerResponse, status: number, body: string | Buffer, type = 'text/plain'): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'cross-origin',
  });
  response.end(body);
}

/** VS Code's own page, told to open the folder with the extension and to run the suite. */
async function workbenchPage(vscode: string, authority: string): Promise<string> {
  const product = JSON.parse(await readFile(join(vscode, 'product.json'), 'utf8')) as Record<string, unknown>;
  const at = (path: string) => ({ scheme: 'http', authority, path });
  const configuration = {
    productConfiguration: {
      nameShort: product.nameShort,
      nameLong: product.nameLong,
      enableTelemetry: false,
      extensionsGallery: {},
    },
    webviewEndpoint: `http://${authority}/vscode/out/vs/workbench/contrib/webview/browser/pre`,
    folderUri: { scheme: 'test-folder', authority: 'app', path: '/' },
    additionalBuiltinExtensions: [at('/folder-extension'), at('/neighbour')],
    developmentOptions: {
      enableSmokeTestDriver: true,
      extensions: [at('/extension')],
      extensionTestsPath: at(`/extension/${webSuite.slice(root.length)}`),
    },
    configurationDefaults: testSettings,
    userDataPath: '/',
    isEnabledFileDownloads: true,
    isEnabledFileUploads: true,
    isEnabledCoderGettingStarted: false,
    enableWorkspaceTrust: false,
    _wrapWebWorkerExtHostInIframe: false,
  };
  const json = JSON.stringify(configuration);
  const values: Readonly<Record<string, string>> = {
    WORKBENCH_WEB_CONFIGURATION: json.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
    WORKBENCH_WEB_BASE_URL: '/vscode',
    WORKBENCH_NLS_URL: '/vscode/out/nls.messages.js',
    WORKBENCH_NLS_FALLBACK_URL: '/vscode/out/nls.messages.js',
    WORKBENCH_SCRIPT_NONCE: 'x',
  };
  const html = await readFile(join(vscode, 'out/vs/code/browser/workbench/workbench.html'), 'utf8');
  return html.replace(/\{\{([^}]+)\}\}/g, (_, name: string) => values[name] ?? '');
}
