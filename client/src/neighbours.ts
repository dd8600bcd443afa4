// Knows which other extensions for Dockerfiles are at work, so that nothing shows twice.
import * as vscode from 'vscode';

/** What the server calls a neighbour, and the extensions that it stands for. */
const known = {
  dockerDx: ['docker.docker'],
  containerTools: ['ms-azuretools.vscode-containers', 'ms-azuretools.vscode-docker'],
} as const;

export function neighbours(): string[] {
  return Object.entries(known).flatMap(([name, ids]) =>
    ids.some((id) => vscode.extensions.getExtension(id) !== undefined) ? [name] : [],
  );
}

/** Calls when one of them comes or goes. */
export function onNeighboursChanged(run: () => void): vscode.Disposable {
  let before = neighbours().join();
  return vscode.extensions.onDidChange(() => {
    const now = neighbours().join();
    if (now === before) return;
    before = now;
    run();
  });
}
