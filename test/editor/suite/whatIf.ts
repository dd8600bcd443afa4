// "What If … Changes?" inside VS Code: the lines, the words, and what clears them.
import * as vscode from 'vscode';
import { open, place, set, type Test } from './editor.ts';
import { equal, eventually, ok } from './expect.ts';

/** What the command gives back. */
interface Shown {
  readonly text: string;
  readonly lines: readonly { readonly line: number; readonly status: string; readonly words: string }[];
}

/** Asked again until the server is up. */
function whatIf(uri: vscode.Uri, ...changes: string[]): Promise<Shown> {
  return eventually(async () => {
    const shown = await vscode.commands.executeCommand<Shown | undefined>('llbLens.whatIf', uri, changes);
    ok(shown, 'something is shown');
    return shown;
  });
}

/** Whether there was anything to clear. */
const clear = () => vscode.commands.executeCommand<boolean>('llbLens.clearWhatIf');

export const whatIfTests: Readonly<Record<string, Test>> = {
  async 'what if a base changes: each line tells what becomes of it'() {
    const { document } = await open('Dockerfile');
    const { text, lines } = await whatIf(document.uri, 'base:debian');
    equal(text, '1 step re-linked if the base debian changes');
    equal(
      lines.map(({ line, status }) => `${line} ${status}`),
      ['3 reused', '4 reused', '5 reused', '6 reused', '7 reused', '8 reused', '10 runs', '12 relinked'],
    );
    equal(lines.at(-1)?.words, 're-linked: the base debian:12 has changed');
    equal(await clear(), true, 'it was on show');
    equal(await clear(), false, 'it is on show still');
  },

  async 'what if several things change'() {
    const { document } = await open('Dockerfile');
    const { text } = await whatIf(document.uri, 'file:package.json', 'line:10');
    equal(text, '4 steps run again, 1 more perhaps, if the file package.json and line 10 change');
    await clear();
  },

  async 'an edit clears it, and so does another setting'() {
    const editor = await open('Dockerfile');
    const { document } = editor;
    await whatIf(document.uri, 'line:5');
    ok(await editor.edit((edit) => edit.insert(document.positionAt(document.getText().length), '# end\n')), 'edited');
    await eventually(async () => equal(await clear(), false, 'on show after an edit'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await whatIf(document.uri, 'line:5');
    await set('target', 'build');
    await eventually(async () => equal(await clear(), false, 'on show after a change of settings'));
    await set('target', undefined);
  },

  async 'the list of what can change starts with the line under the cursor'() {
    const editor = await open('Dockerfile');
    const { document } = editor;
    await whatIf(document.uri, 'line:3');
    await clear();
    const at = place(document, 'RUN npm run build', 3);
    editor.selection = new vscode.Selection(at, at);
    let settled = false;
    const asked = vscode.commands.executeCommand<Shown | undefined>('llbLens.whatIf').then((shown) => {
      settled = true;
      return shown;
    });
    await eventually(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      ok(settled, 'the list was accepted');
    });
    equal((await asked)?.text, '1 step runs again, 1 more perhaps, if line 8 changes');
    await clear();
  },
};
