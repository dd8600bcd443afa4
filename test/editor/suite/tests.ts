// The tests themselves: each opens a file of the workspace, asks VS Code as a user would, and looks at the answer.
import * as vscode from 'vscode';
import { type GraphAnswer, graphRequest } from '../../../shared/src/protocol.ts';
import { file, open, place, problems, replaceAll, set, type Test, untitled } from './editor.ts';
import { equal, eventually, ok } from './expect.ts';
import { ignoreFileTests } from './ignoreFile.ts';
import { onSaveTests } from './onSave.ts';
import { whatIfTests } from './whatIf.ts';

declare const BROWSER: boolean;

interface Api {
  readonly client: {
    readonly serverProcess?: { readonly pid?: number; kill(signal?: string): boolean };
    sendRequest<R>(method: string, params: unknown): Promise<R>;
  };
  readonly activation: number;
}

const words = (document: vscode.TextDocument, ranges: readonly vscode.Range[]) =>
  ranges.map((range) => document.getText(range));

async function hoverAt(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  return found.map(({ range, command }) => `${range.start.line + 1}: ${command?.title}`);
}

export const tests: Readonly<Record<string, Test>> = {
  async 'the extension wakes up for a Dockerfile'() {
    const editor = await open('Dockerfile');
    equal(editor.document.languageId, 'dockerfile');
    const extension = vscode.extensions.getExtension<Api>('llb-lens.llb-lens');
    ok(extension, 'the extension is not there');
    const api = await extension.activate();
    return `active after ${api.activation.toFixed(0)} ms`;
  },

  async 'other names of Dockerfiles are known'() {
    for (const name of ['Containerfile.prod', 'problems/Dockerfile']) {
      equal((await vscode.workspace.openTextDocument(file(name))).languageId, 'dockerfile', name);
    }
  },

  async 'problems stand at the exact characters, and follow the typing'() {
    const editor = await open('problems/Dockerfile');
    const { document } = editor;
    await eventually(() => {
      const found = problems(document.uri);
      equal(
        words(
          document,
          found.map(({ range }) => range),
        ),
        ['form', 'RUNN'],
      );
      ok(
        found.every(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
        'they are errors',
      );
    });
    await replaceAll(editor, 'FROM scratch AS base\n');
    await eventually(() => equal(problems(document.uri).length, 0, 'the number of problems'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  },

  async 'a good file has no problems'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => ok((await lenses(document)).length > 0, 'the server is up'));
    equal(
      problems(document.uri).map(({ message }) => message),
      [],
    );
  },

  async 'the graph opens beside the file'() {
    const { document } = await open('Dockerfile');
    await vscode.commands.executeCommand('llbLens.showGraph', document.uri);
    const shown = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('llbLens.graph'));
    await eventually(async () => ok(shown()?.label === 'Graph of Dockerfile', String(shown()?.label)));
    await vscode.window.tabGroups.close(shown() as vscode.Tab);
  },

  async 'a hover says what a line is in the graph and what its words mean'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const text = await hoverAt(document, place(document, 'COPY --link', 1));
      ok(/stage .*build/.test(text), `the input is named: ${text}`);
      ok(text.includes('COPY'), `the instruction is explained: ${text}`);
    });
  },

  async 'a hover leads to the graph, and is trusted with nothing else'() {
    const { document } = await open('Dockerfile');
    const contents = await eventually(async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        place(document, 'RUN npm run', 1),
      );
      const ours = hovers.flatMap((hover) => hover.contents as vscode.MarkdownString[]);
      ok(ours.length > 0, 'there is a hover');
      return ours;
    });
    const link = /\[Show in the graph\]\(command:(llbLens\.showGraph)\?(\S+) /.exec(
      contents.map((c) => c.value).join(),
    );
    ok(link, 'there is a link');
    const [uri, position] = JSON.parse(decodeURIComponent(link[2] as string)) as [string, vscode.Position];
    equal(vscode.Uri.parse(uri).toString(), document.uri.toString());
    equal(position, { line: 7, character: 0 });
    equal(
      contents.map(({ isTrusted }) => isTrusted),
      [{ enabledCommands: ['llbLens.showGraph'] }],
    );
  },

  async 'lenses tell the stages and what each step depends on'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const found = await lenses(document);
      ok(
        found.some((lens) => /^3: .*build/.test(lens)),
        `the stage build: ${found.join(' | ')}`,
      );
      ok(
        found.some((lens) => lens.startsWith('5: ') && lens.includes('package.json')),
        `package.json: ${found.join(' | ')}`,
      );
    });
  },

  async 'a quick fix mends a flag and an instruction'() {
    const editor = await open('problems/Dockerfile');
    const { document } = editor;
    for (const [wrong, right] of [
      ['form', 'from'],
      ['RUNN', 'RUN'],
    ] as const) {
      const action = await eventually(async () => {
        const at = place(document, wrong, 1);
        const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          document.uri,
          new vscode.Range(at, at),
          vscode.CodeActionKind.QuickFix.value,
        );
        const fix = found.find(({ edit }) => edit !== undefined);
        ok(fix?.edit, `there is a fix of ${wrong}: ${found.map(({ title }) => title).join(', ')}`);
        return fix.edit;
      });
      ok(await vscode.workspace.applyEdit(action), 'the fix can be applied');
      ok(document.getText().includes(`${right} `) || document.getText().includes(`${right}=`), document.getText());
    }
    await eventually(() =>
      ok(!problems(document.uri).some(({ message }) => /RUNN|form/.test(message)), 'they are gone'),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  },

  async 'from a use of a stage to its definition, its uses and its new name'() {
    const { document } = await open('Dockerfile');
    const use = place(document, '--from=build', 8);
    const found = await eventually(async () => {
      const answer = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        use,
      );
      equal(answer.length, 1, 'the number of definitions');
      return answer[0] as vscode.Location & vscode.LocationLink;
    });
    equal((found.targetSelectionRange ?? found.range).start.line, 2, 'the line of the definition');
    await eventually(async () => {
      const uses = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeReferenceProvider',
        document.uri,
        use,
      );
      equal(
        words(
          document,
          uses.map(({ range }) => range),
        ),
        ['build', 'build'],
        'the uses',
      );
    });
    await eventually(async () => {
      const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        document.uri,
        use,
        'compile',
      );
      const edits = edit.get(document.uri);
      equal(
        edits.map(({ range, newText }) => `${range.start.line + 1} ${newText}`),
        ['3 compile', '12 compile'],
        'the edits',
      );
    });
  },

  async 'the uses of a variable are highlighted'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const found = await vscode.commands.executeCommand<vscode.DocumentHighlight[]>(
        'vscode.executeDocumentHighlights',
        document.uri,
        place(document, 'PORT', 1),
      );
      equal(
        found.map(({ range }) => range.start.line + 1),
        [11, 13],
        'the lines',
      );
    });
  },

  async 'the outline is a tree of stages'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      );
      const stages = found.filter(({ children }) => children.length > 0).map(({ name }) => name);
      ok(stages.some((name) => name.includes('build')) && stages.some((name) => name.includes('final')), stages.join());
    });
  },

  async 'completion knows flags, mount keys and stages'() {
    const editor = await untitled('FROM scratch AS base\nFROM scratch\nCOPY --\n');
    const { document } = editor;
    const labels = async (position: vscode.Position) => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        position,
      );
      return found.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const has = (wanted: RegExp, position: vscode.Position) =>
      eventually(async () => {
        const found = await labels(position);
        ok(
          found.some((label) => wanted.test(label)),
          `${wanted} among ${found.slice(0, 40).join(', ')}`,
        );
      });
    await has(/^(--)?link/, new vscode.Position(2, 7));
    await replaceAll(editor, 'FROM scratch AS base\nFROM scratch\nCOPY --from=\n');
    await has(/^base$/, new vscode.Position(2, 12));
    await replaceAll(editor, 'FROM scratch\nRUN --mount=type=\n');
    await has(/^cache$/, new vscode.Position(1, 17));
    await replaceAll(editor, 'FROM scratch\n\n');
    await has(/^HEALTHCHECK/, new vscode.Position(1, 0));
  },

  async 'paths of the build context are offered'() {
    const editor = await open('Dockerfile');
    const { document } = editor;
    const end = document.positionAt(document.getText().length);
    ok(await editor.edit((edit) => edit.insert(end, 'COPY s /x\n')), 'edited');
    await eventually(async () => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(end.line, 6),
      );
      const names = found.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      ok(names.includes('src/'), names.join(', '));
    });
    await vscode.commands.executeCommand('workbench.action.files.revert');
  },

  async 'words are coloured by what they mean'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const tokens = await vscode.commands.executeCommand<vscode.SemanticTokens>(
        'vscode.provideDocumentSemanticTokens',
        document.uri,
      );
      ok(tokens && tokens.data.length >= 5 * 10, 'there are tokens');
    });
  },

  async 'stages fold, selections grow'() {
    const { document } = await open('Dockerfile');
    await eventually(async () => {
      const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
        'vscode.executeFoldingRangeProvider',
        document.uri,
      );
      ok(
        folds.some(({ start }) => start === 2),
        JSON.stringify(folds),
      );
    });
    await eventually(async () => {
      const [range] = await vscode.commands.executeCommand<vscode.SelectionRange[]>(
        'vscode.executeSelectionRangeProvider',
        document.uri,
        [place(document, '/app/dist', 2)],
      );
      const seen: string[] = [];
      for (let at = range; at !== undefined; at = at.parent) seen.push(document.getText(at.range));
      ok(
        seen.some((text) => text.trim() === 'COPY --link --from=build /app/dist /srv'),
        seen.join(' < '),
      );
    });
  },

  async 'hints show values once they are asked for'() {
    const { document } = await open('Dockerfile');
    const hints = () =>
      vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
      );
    equal((await hints()).length, 0, 'hints while they are off');
    await set('features.inlayHints', true);
    await eventually(async () => {
      const found = await hints();
      const labels = found.map(({ label }) =>
        typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
      );
      ok(
        labels.some((label) => label.includes('22')),
        labels.join(),
      );
    });
    await set('features.inlayHints', undefined);
  },

  async 'formatting leaves only spaces changed'() {
    const editor = await untitled('FROM scratch\nLABEL a=b \\\nc=d\n');
    await eventually(async () => {
      const edits = await vscode.commands.executeCommand<vscode.TextEdit[] | undefined>(
        'vscode.executeFormatDocumentProvider',
        editor.document.uri,
        { tabSize: 4, insertSpaces: true },
      );
      ok(edits !== undefined && edits.length > 0, 'there are edits');
      ok(
        edits.every(({ newText }) => newText.trim() === ''),
        JSON.stringify(edits),
      );
    });
  },

  async 'an untitled file has everything too, astral characters and all'() {
    const editor = await untitled('FROM scratch\nLABEL a="😀"\nRUNN "😀"\n');
    await eventually(() => {
      equal(
        words(
          editor.document,
          problems(editor.document.uri).map(({ range }) => range),
        ),
        ['RUNN'],
      );
    });
  },

  async 'the problems are those of the newest text, however fast one types'() {
    const editor = await untitled('FROM scratch\n');
    const { document } = editor;
    const text = 'RUNN "one"\nLABEL a=b\n';
    for (const letter of text) {
      const end = document.positionAt(document.getText().length);
      await editor.edit((edit) => edit.insert(end, letter), { undoStopBefore: false, undoStopAfter: false });
    }
    equal(document.getText(), `FROM scratch\n${text}`);
    await eventually(() =>
      equal(
        words(
          document,
          problems(document.uri).map(({ range }) => range),
        ),
        ['RUNN'],
      ),
    );
  },

  async 'a setting takes effect at once'() {
    const editor = await open('Dockerfile');
    const { document } = editor;
    const graphText = async () => {
      const api = vscode.extensions.getExtension<Api>('llb-lens.llb-lens')?.exports;
      const graph = await api?.client.sendRequest<GraphAnswer | null>(graphRequest, { uri: document.uri.toString() });
      ok(graph, 'there is a graph');
      return graph.text;
    };
    await eventually(async () => ok((await graphText()).includes('final'), await graphText()));
    await set('target', 'build');
    await eventually(async () => ok(/target .*build/.test(await graphText()), await graphText()));
    await set('target', undefined);
    await eventually(async () => ok(/target .*final/.test(await graphText()), await graphText()));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  },

  async 'a feature that is switched off is silent'() {
    const { document } = await open('problems/Dockerfile');
    await eventually(() => equal(problems(document.uri).length, 2, 'the number of problems'));
    await set('features.diagnostics', false);
    await eventually(() => equal(problems(document.uri).length, 0, 'the number of problems'));
    await set('features.diagnostics', undefined);
    await eventually(() => equal(problems(document.uri).length, 2, 'the number of problems'));
  },

  async 'beside another extension only what that one lacks is shown'() {
    ok(vscode.extensions.getExtension('docker.docker'), 'the neighbour is there');
    const { document } = await open('problems/Dockerfile');
    const legend = () =>
      vscode.commands.executeCommand<unknown>('vscode.provideDocumentSemanticTokensLegend', document.uri);
    await eventually(async () => ok(await legend(), 'we colour'));
    await set('besideOtherExtensions', 'auto');
    await eventually(async () => ok(!(await legend()), 'the neighbour colours'));
    await eventually(() => equal(problems(document.uri).length, 0, 'the number of problems'));
    await eventually(async () => ok((await lenses(document)).length > 0, 'there are lenses'));
    await set('besideOtherExtensions', undefined);
    await eventually(async () => ok(await legend(), 'we colour again'));
    await eventually(() => equal(problems(document.uri).length, 2, 'the number of problems'));
  },

  async 'a server that breaks is started again, with the documents open'() {
    if (BROWSER) return 'a web worker cannot be killed from outside';
    const { document } = await open('problems/Dockerfile');
    await eventually(() => equal(problems(document.uri).length, 2, 'the number of problems'));
    const api = vscode.extensions.getExtension<Api>('llb-lens.llb-lens')?.exports;
    const before = api?.client.serverProcess?.pid;
    ok(before !== undefined, 'the server is a process');
    api?.client.serverProcess?.kill('SIGKILL');
    await eventually(() => {
      const now = api?.client.serverProcess?.pid;
      ok(now !== undefined && now !== before, 'there is a new process');
    });
    await eventually(async () => ok((await hoverAt(document, new vscode.Position(0, 1))) !== '', 'it answers'));
    await eventually(() => equal(problems(document.uri).length, 2, 'the number of problems'));
  },
  ...whatIfTests,
  ...ignoreFileTests,
  ...onSaveTests,
};
