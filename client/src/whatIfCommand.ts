// "What If … Changes?": asks what changes, and shows beside each line of the Dockerfile what a build then does with it.
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import {
  type WhatIfAnswer,
  type WhatIfChoice,
  type WhatIfOutcome,
  type WhatIfParams,
  type WhatIfStep,
  whatIfRequest,
} from '../../shared/src/protocol.ts';

type Status = WhatIfStep['status'];

/** What is on show, as the command gives it back. */
export interface WhatIfShown {
  /** The text of the status bar, without its icon. */
  readonly text: string;
  readonly lines: readonly { readonly line: number; readonly status: Status; readonly words: string }[];
}

export interface WhatIf extends vscode.Disposable {
  /** Asks for the changes unless they are given. Undefined where the user turned away or there is no answer. */
  show(uri: vscode.Uri | undefined, changes?: readonly string[]): Promise<WhatIfShown | undefined>;
  /** Whether there was anything to clear. */
  clear(): boolean;
}

/** While it is set, Escape clears. */
const shownKey = 'llbLens.whatIfShown';
export const clearWhatIf = 'llbLens.clearWhatIf';

/** The mark is told apart by its shape, the words say the same: no colour stands alone. */
const looks: Readonly<Record<Status, { words: string; colour: string; light: string; dark: string; shape: string }>> = {
  runs: {
    words: 'runs again',
    colour: 'charts.red',
    light: '#c72e2e',
    dark: '#f48771',
    shape: '<path d="M12.6 5.4A5.2 5.2 0 1 0 13.2 8" class="s"/><path d="M13.6 2v4.2H9.4z" class="f"/>',
  },
  'runs-if-content-differs': {
    words: 'runs again only if content differs',
    colour: 'charts.yellow',
    light: '#8a6100',
    dark: '#e2c08d',
    shape: '<path d="M8 2.2 13.8 8 8 13.8 2.2 8z" class="s"/><path d="M8 2.2V13.8L2.2 8z" class="f"/>',
  },
  relinked: {
    words: 're-linked',
    colour: 'charts.blue',
    light: '#1a66b3',
    dark: '#75beff',
    shape:
      '<rect x="1.5" y="5.5" width="7.5" height="5" rx="2.5" class="s"/><rect x="7" y="5.5" width="7.5" height="5" rx="2.5" class="s"/>',
  },
  reused: {
    words: 'reused',
    colour: 'charts.green',
    light: '#2d7d2d',
    dark: '#89d185',
    shape: '<path d="M3 8.5 6.5 12 13 4.5" class="s"/>',
  },
};
const statuses = Object.keys(looks) as Status[];

const groups: readonly { readonly group: WhatIfChoice['group']; readonly title: string; readonly icon: string }[] = [
  { group: 'line', title: 'The line under the cursor', icon: 'edit' },
  { group: 'base', title: 'Base images', icon: 'package' },
  { group: 'argument', title: 'Build arguments', icon: 'symbol-constant' },
  { group: 'file', title: 'Files of the build context', icon: 'files' },
  { group: 'stage', title: 'Stages', icon: 'layers' },
];

interface Showing {
  readonly uri: string;
  readonly answer: WhatIfOutcome;
  readonly shown: WhatIfShown;
}

export function whatIfCommand(client: BaseLanguageClient): WhatIf {
  const types = new Map(statuses.map((status) => [status, decorationType(status)]));
  const item = vscode.window.createStatusBarItem('llbLens.whatIf', vscode.StatusBarAlignment.Left, 10);
  item.name = 'LLB Lens: What If';
  item.command = clearWhatIf;
  let showing: Showing | undefined;
  /** Only the newest question may show its answer. */
  let question = 0;

  const paint = (): void => {
    for (const editor of vscode.window.visibleTextEditors) {
      const steps = editor.document.uri.toString() === showing?.uri ? showing.answer.steps : [];
      for (const [status, type] of types)
        editor.setDecorations(
          type,
          steps.filter((step) => step.status === status).map((step) => decoration(editor.document, step)),
        );
    }
  };

  const turnTo = (next: Showing | undefined): void => {
    showing = next;
    paint();
    void vscode.commands.executeCommand('setContext', shownKey, next !== undefined);
    if (next === undefined) {
      item.hide();
      return;
    }
    item.text = `$(debug-rerun) ${plain(next.shown.text)} — clear`;
    item.tooltip = tooltip(next.answer);
    item.accessibilityInformation = { label: `${next.shown.text}. Clear.`, role: 'button' };
    item.show();
  };

  const clear = (): boolean => {
    question++;
    if (showing === undefined) return false;
    turnTo(undefined);
    return true;
  };

  async function show(uri: vscode.Uri | undefined, given?: readonly string[]): Promise<WhatIfShown | undefined> {
    const document = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri?.toString());
    if (document === undefined) return undefined;
    const mine = ++question;
    const ask = (changes: readonly string[]) => {
      const params = { uri: client.code2ProtocolConverter.asUri(document.uri), changes };
      const editor = vscode.window.activeTextEditor;
      const line = editor?.document === document ? { line: editor.selection.active.line } : {};
      return client.sendRequest<WhatIfAnswer | null>(whatIfRequest, { ...params, ...line } satisfies WhatIfParams);
    };
    const changes = given ?? (await choose(await ask([])));
    if (changes === undefined || changes.length === 0) return undefined;
    const answer = await ask(changes);
    // Edited, or asked anew, meanwhile.
    if (mine !== question || answer === null || answer.version !== document.version) return undefined;
    if ('error' in answer) {
      // In a message such brackets would be a link, and what they name may come from the file.
      void vscode.window.showWarningMessage(`LLB Lens: ${answer.error.replaceAll('](', '] (')}.`);
      return undefined;
    }
    if (!('steps' in answer)) return undefined;
    turnTo({ uri: document.uri.toString(), answer, shown: shownOf(answer) });
    return showing?.shown;
  }

  const listeners = [
    vscode.window.onDidChangeVisibleTextEditors(() => {
      if (showing !== undefined) paint();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && document.uri.toString() === showing?.uri) clear();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.toString() === showing?.uri) clear();
    }),
    // Other arguments, another target: another answer.
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('llbLens')) clear();
    }),
  ];

  return {
    show,
    clear,
    dispose() {
      clear();
      vscode.Disposable.from(item, ...types.values(), ...listeners).dispose();
    },
  };
}

// ------------------------------------------------------------ the question

/** The changes that the user picks: those checked, else the one that the keyboard stands on. */
async function choose(answer: WhatIfAnswer | null): Promise<readonly string[] | undefined> {
  const choices = answer !== null && 'choices' in answer ? answer.choices : [];
  if (choices.length === 0) {
    void vscode.window.showInformationMessage('LLB Lens: nothing can change in this file.');
    return undefined;
  }
  type Item = vscode.QuickPickItem & { readonly change?: string };
  const items = groups.flatMap(({ group, title, icon }): Item[] => {
    const found = choices.filter((choice) => choice.group === group);
    if (found.length === 0) return [];
    return [
      { label: title, kind: vscode.QuickPickItemKind.Separator },
      ...found.map(
        ({ change, label, detail }): Item => ({
          label: `$(${icon}) ${plain(label)}`,
          description: plain(detail),
          change,
        }),
      ),
    ];
  });
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = 'What if … changes?';
  pick.placeholder = 'What changes: one thing, or check several';
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.items = items;
  // Where several can be checked the editor marks none by itself: then Enter alone takes what is marked here.
  const mark = (value: string): void => {
    const fits = ({ label, description }: Item) =>
      `${label} ${description}`.toLowerCase().includes(value.toLowerCase());
    pick.activeItems = items.filter((item) => item.change !== undefined && fits(item)).slice(0, 1);
  };
  mark('');
  pick.onDidChangeValue(mark);
  try {
    return await new Promise<readonly string[] | undefined>((done) => {
      pick.onDidAccept(() => {
        const chosen = pick.selectedItems.length > 0 ? pick.selectedItems : pick.activeItems;
        if (chosen.length > 0) done(chosen.flatMap(({ change }) => change ?? []));
      });
      pick.onDidHide(() => done(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** No text of the file becomes an icon. */
function plain(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

// -------------------------------------------------------------- the answer

function decorationType(status: Status): vscode.TextEditorDecorationType {
  const { colour, light, dark } = looks[status];
  return vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor(colour),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    gutterIconSize: '75%',
    light: { gutterIconPath: icon(status, light) },
    dark: { gutterIconPath: icon(status, dark) },
    after: { margin: '0 0 0 2em', color: new vscode.ThemeColor('editorCodeLens.foreground') },
  });
}

function icon(status: Status, colour: string): vscode.Uri {
  const style = `<style>.s{fill:none;stroke:${colour};stroke-width:1.6}.f{fill:${colour}}</style>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${style}${looks[status].shape}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${btoa(svg)}`);
}

/** On the first line alone: the words stand beside the instruction, however many lines it has. */
function decoration(document: vscode.TextDocument, step: WhatIfStep): vscode.DecorationOptions {
  const first = document.lineAt(Math.min(step.range.start.line, document.lineCount - 1));
  return {
    range: first.range,
    hoverMessage: hover(step),
    renderOptions: { after: { contentText: afterText(step) } },
  };
}

/** A base does not run, it is another one. */
function wordsOf(keyword: string, status: Status): string {
  return keyword === 'FROM' && status === 'runs' ? 'changes' : looks[status].words;
}

/** Short enough to stand beside the line: what the reason says behind a colon is left to the hover. */
function afterText({ keyword, status, reason }: WhatIfStep): string {
  const words = wordsOf(keyword, status);
  if (status === 'reused') return words;
  const text = `${words}: ${reason.split(': ')[0]}`;
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function hover({ keyword, status, reason, chain }: WhatIfStep): vscode.MarkdownString {
  const text = new vscode.MarkdownString(`**${wordsOf(keyword, status)}**`);
  if (status === 'reused') return text.appendText(`: nothing that this ${keyword} reads changes.`);
  text.appendText(`: ${reason}.`);
  if (chain.length > 1) text.appendMarkdown('\n\n').appendText(`Lines ${chain.map((line) => line || '…').join(' → ')}`);
  return text;
}

function shownOf(answer: WhatIfOutcome): WhatIfShown {
  const count = (status: Status) =>
    answer.steps.filter((step) => wordsOf(step.keyword, step.status) === looks[status].words).length;
  const [runs, maybe, relinked] = [count('runs'), count('runs-if-content-differs'), count('relinked')];
  const steps = (n: number) => `${n} ${n === 1 ? 'step' : 'steps'}`;
  const again = (n: number) => `${n === 1 ? 'runs' : 'run'} again`;
  let what = 'Nothing runs again';
  if (runs > 0) what = `${steps(runs)} ${again(runs)}${maybe > 0 ? `, ${maybe} more perhaps,` : ''}`;
  else if (maybe > 0) what = `${steps(maybe)} perhaps ${again(maybe)}`;
  else if (relinked > 0) what = `${steps(relinked)} re-linked`;
  const lines = answer.steps.map((step) => ({
    line: step.range.start.line + 1,
    status: step.status,
    words: afterText(step),
  }));
  return { text: `${what} if ${answer.what}`, lines };
}

function tooltip(answer: WhatIfOutcome): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const linesBy = new Map<string, number[]>(
    ['changes', ...statuses.map((each) => looks[each].words)].map((w) => [w, []]),
  );
  for (const { keyword, status, range } of answer.steps)
    linesBy.get(wordsOf(keyword, status))?.push(range.start.line + 1);
  for (const [words, lines] of linesBy) {
    if (lines.length === 0) continue;
    const named =
      lines.length > 20 ? `${lines.slice(0, 19).join(', ')} and ${lines.length - 19} more` : lines.join(', ');
    text.appendText(`${words}: line${lines.length === 1 ? '' : 's'} ${named}`).appendMarkdown('\n\n');
  }
  for (const { image, line, certain } of answer.pulls) {
    const words = `${image} ${certain ? 'must be pulled' : 'may have to be pulled'}${line > 0 ? ` for line ${line}` : ''}`;
    text.appendText(words).appendMarkdown('\n\n');
  }
  if (answer.pulls.length === 0) text.appendText('No base image needs to be pulled.');
  return text;
}
