// How the tests open, find and change things, as a user would.
import * as vscode from 'vscode';
import { ok } from './expect.ts';

/** What a test may say beside that it passed. */
// biome-ignore lint/suspicious/noConfusingVoidType: most tests say nothing.
export type Test = () => Promise<string | void>;

export function file(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

export async function open(path: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(path)));
}

export async function untitled(content: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'dockerfile', content }));
}

/** The place of the nth `needle`. */
export function place(document: vscode.TextDocument, needle: string, into = 0, nth = 0): vscode.Position {
  let at = -1;
  for (let i = 0; i <= nth; i++) at = document.getText().indexOf(needle, at + 1);
  ok(at >= 0, `there is no ${needle}`);
  return document.positionAt(at + into);
}

export async function replaceAll(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  ok(await editor.edit((edit) => edit.replace(whole, text)), 'the text could not be replaced');
}

export const problems = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'LLB Lens');

export async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('llbLens').update(name, value, vscode.ConfigurationTarget.Workspace);
}
