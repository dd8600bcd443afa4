// Answers the server's questions about files that it cannot reach itself, as in a browser or a virtual folder. It only reads.
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import {
  type FileParams,
  type ListFolderAnswer,
  listFolderRequest,
  type ReadTextAnswer,
  readTextRequest,
} from '../../shared/src/protocol.ts';

export function answerFileRequests(client: BaseLanguageClient): void {
  const asUri = (uri: string) => client.protocol2CodeConverter.asUri(uri);
  client.onRequest(readTextRequest, async ({ uri }: FileParams): Promise<ReadTextAnswer> => {
    try {
      return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(asUri(uri))) };
    } catch {
      return { text: null };
    }
  });
  client.onRequest(listFolderRequest, async ({ uri }: FileParams): Promise<ListFolderAnswer> => {
    try {
      const entries = await vscode.workspace.fs.readDirectory(asUri(uri));
      return {
        entries: entries.map(([name, type]) => ({ name, folder: (type & vscode.FileType.Directory) !== 0 })),
      };
    } catch {
      return { entries: null };
    }
  });
}
