// The link under a hover that opens the graph where the hovered line is: the one command that the client trusts Markdown with.
import type { Position } from 'vscode-languageserver';
import { clientCommands } from '../../../shared/src/protocol.ts';

/** Markdown with the link below it. */
export function withGraphLink(markdown: string, uri: string, position: Position): string {
  // Parentheses would end the link, and `encodeURIComponent` leaves them as they are.
  const given = encodeURIComponent(JSON.stringify([uri, position])).replace(
    /[!'()*]/g,
    (ch) => `%${ch.charCodeAt(0).toString(16)}`,
  );
  return `${markdown}\n\n[Show in the graph](command:${clientCommands.showGraph}?${given} "Opens the build graph at this line")`;
}
