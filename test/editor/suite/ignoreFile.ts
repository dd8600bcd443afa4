// The ignore file beside a Dockerfile, while both are open.
import * as vscode from 'vscode';
import { open, problems, replaceAll, type Test } from './editor.ts';
import { equal, eventually, ok } from './expect.ts';

export const ignoreFileTests: Readonly<Record<string, Test>> = {
  async 'an ignore file is none of the Dockerfiles, whatever its name begins with'() {
    for (const name of ['.dockerignore', 'Dockerfile.dockerignore', 'Containerfile.dockerignore']) {
      const { languageId } = await vscode.workspace.openTextDocument(vscode.Uri.parse(`untitled:/a/${name}`));
      equal(languageId, 'ignore', name);
    }
  },

  async 'an ignore file counts as it stands in the editor, saved or not'() {
    const editor = await open('problems/Dockerfile');
    const before = editor.document.getText();
    const ignored = () =>
      problems(editor.document.uri).some(({ code }) => JSON.stringify(code ?? '').includes('CopyIgnoredFile'));
    await replaceAll(editor, 'FROM scratch\nCOPY kept /\n');
    const ignoreFile = await open('problems/.dockerignore');
    try {
      await replaceAll(ignoreFile, 'kept\n');
      await eventually(async () => ok(ignored(), 'what is typed there counts'));
      ok(ignoreFile.document.isDirty, 'it is not saved');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await eventually(async () => ok(!ignored(), 'what is on disk counts again'));
    } finally {
      await replaceAll(await vscode.window.showTextDocument(editor.document), before);
    }
  },
};
