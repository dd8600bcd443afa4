// Other texts of a Dockerfile to compare it with: on disk, in git, in another file. They are only read.
import * as vscode from 'vscode';

export type OtherText = { readonly text: string; readonly title: string } | { readonly error: string };

/** The part of VS Code's own git extension that is used here. */
interface Git {
  getAPI(version: 1): {
    getRepository(uri: vscode.Uri): { show(ref: string, path: string): Promise<string> } | null;
  };
}

export async function textOnDisk(uri: vscode.Uri, title = 'the file on disk'): Promise<OtherText> {
  try {
    return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)), title };
  } catch {
    return { error: 'The file is not on disk.' };
  }
}

export function textAtHead(uri: vscode.Uri): Promise<OtherText> {
  return textAt(uri, 'HEAD');
}

async function textAt(uri: vscode.Uri, revision: string): Promise<OtherText> {
  const extension = vscode.extensions.getExtension<Git>('vscode.git');
  if (extension === undefined) return { error: 'VS Code’s git extension is not there.' };
  try {
    const git = extension.isActive ? extension.exports : await extension.activate();
    const repository = git.getAPI(1).getRepository(uri);
    if (repository === null) return { error: 'The file is in no git repository.' };
    return { text: await repository.show(revision, uri.fsPath), title: revision };
  } catch {
    return { error: `git has no such file at ${revision}.` };
  }
}

/** Asks for a file or a revision; undefined where the user turned away. */
export async function chooseOther(uri: vscode.Uri): Promise<OtherText | undefined> {
  const file = { label: 'Another file…' };
  const revision = { label: 'A git revision…' };
  const chosen = await vscode.window.showQuickPick([revision, file], { title: 'Compare the graph with' });
  if (chosen === file) {
    const [picked] = (await vscode.window.showOpenDialog({ title: 'Compare the graph with', defaultUri: uri })) ?? [];
    if (picked === undefined) return undefined;
    return textOnDisk(picked, picked.path.slice(picked.path.lastIndexOf('/') + 1));
  }
  if (chosen !== revision) return undefined;
  const name = await vscode.window.showInputBox({
    title: 'Compare the graph with a git revision',
    placeHolder: 'main, v1.2.0, HEAD~3',
    // A name that starts with a dash would be an option to git.
    validateInput: (value) => (value === '' || value.startsWith('-') ? 'A branch, tag or commit.' : undefined),
  });
  return name === undefined ? undefined : textAt(uri, name);
}
