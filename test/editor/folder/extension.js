// A folder of the test's web server as a file system of VS Code; what is written stays in memory.
const vscode = require('vscode');

exports.activate = (context) => {
  const base = new URL('/folder', context.extensionUri.with({ path: '/' }).toString(true));
  const written = new Map();
  const changed = new vscode.EventEmitter();
  const ask = async (uri, query) => {
    const response = await fetch(`${base}${uri.path}${query}`);
    if (!response.ok) throw vscode.FileSystemError.FileNotFound(uri);
    return response;
  };
  const type = (folder) => (folder ? vscode.FileType.Directory : vscode.FileType.File);
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => {}),
    async stat(uri) {
      const own = written.get(uri.path);
      if (own) return { type: vscode.FileType.File, ctime: 0, mtime: own.time, size: own.content.length };
      const about = await (await ask(uri, '?stat')).json();
      return { type: type(about.folder), ctime: 0, mtime: about.changed, size: about.size };
    },
    async readDirectory(uri) {
      const entries = await (await ask(uri, '?list')).json();
      const found = new Map(entries.map((entry) => [entry.name, type(entry.folder)]));
      const prefix = uri.path.endsWith('/') ? uri.path : `${uri.path}/`;
      for (const path of written.keys()) {
        const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '/';
        if (!rest.includes('/')) found.set(rest, vscode.FileType.File);
      }
      return [...found];
    },
    async readFile(uri) {
      return written.get(uri.path)?.content ?? new Uint8Array(await (await ask(uri, '')).arrayBuffer());
    },
    async writeFile(uri, content) {
      const kind = written.has(uri.path) ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created;
      written.set(uri.path, { content, time: Date.now() });
      changed.fire([{ type: kind, uri }]);
    },
    createDirectory() {},
    delete(uri) {
      written.delete(uri.path);
      changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
    },
    rename() {
      throw vscode.FileSystemError.NoPermissions('not here');
    },
  };
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider('test-folder', provider, { isCaseSensitive: true }),
  );
};
