// What the editor does on save and with a whole stage: the code actions that no single problem asks for.
import * as vscode from 'vscode';
import { open, place, replaceAll, type Test, untitled } from './editor.ts';
import { equal, eventually, ok } from './expect.ts';

const onSave = (value: unknown) =>
  vscode.workspace.getConfiguration('editor').update('codeActionsOnSave', value, vscode.ConfigurationTarget.Workspace);

/** The actions of a kind at a place. */
async function actionsAt(
  document: vscode.TextDocument,
  at: vscode.Position,
  kind: string,
): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    new vscode.Range(at, at),
    kind,
  );
}

const wrong = 'FROM scratch AS base\nexpose 80/TCP\nRUN true\n';
const right = 'FROM scratch AS base\nEXPOSE 80/tcp\nRUN true\n';

export const onSaveTests: Readonly<Record<string, Test>> = {
  async 'on save all safe problems are fixed, where that is switched on'() {
    const editor = await open('Containerfile.prod');
    const { document } = editor;
    const before = document.getText();
    try {
      for (const kind of ['source.fixAll', 'source.fixAll.llbLens']) {
        await onSave({ [kind]: 'explicit' });
        await eventually(async () => {
          // An edit each time, so that there is something to save.
          await replaceAll(editor, wrong);
          ok(await document.save(), 'saved');
          equal(document.getText(), right, `the text after ${kind}`);
        });
      }
      await onSave({ 'source.fixAll.llbLens': 'never' });
      await eventually(async () => {
        await replaceAll(editor, wrong);
        ok(await document.save(), 'saved');
        equal(document.getText(), wrong, 'the text where it is switched off');
      });
    } finally {
      await onSave(undefined);
      await replaceAll(editor, before);
      await document.save();
    }
  },

  async '--link is added wherever it helps in the stage'() {
    const editor = await untitled(
      'FROM scratch AS build\nRUN true\n\nFROM debian:12\nRUN apt-get update\nCOPY --from=build /a/ /a/\nCOPY --from=build /b/ /b/\n',
    );
    const { document } = editor;
    const action = await eventually(async () => {
      const actions = await actionsAt(document, place(document, 'COPY', 1), vscode.CodeActionKind.QuickFix.value);
      const found = actions.find(({ title }) => title.startsWith('Add --link wherever it helps in this stage'));
      ok(found?.edit, `among ${actions.map(({ title }) => title).join(' | ')}`);
      return found.edit;
    });
    ok(await vscode.workspace.applyEdit(action), 'applied');
    equal(document.getText().match(/COPY --link --from=build/g)?.length, 2, 'the copies with --link');
    await eventually(async () => {
      const actions = await actionsAt(document, place(document, 'COPY', 1), vscode.CodeActionKind.QuickFix.value);
      ok(!actions.some(({ title }) => title.startsWith('Add --link')), 'nothing is left to add');
    });
  },
};
