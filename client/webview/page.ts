// The page that hosts the view inside the editor: a frame with a strict policy and nothing else.
import { escapeMarkup } from './svg.ts';

export interface PageSources {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Fresh for each page; letters and digits. */
  readonly nonce: string;
  /** graph.js and graph.css, as URIs that the webview may load. */
  readonly script: string;
  readonly style: string;
}

/** The HTML of the editor's webview. */
export function viewHtml({ cspSource, nonce, script, style }: PageSources): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; img-src data: blob:; font-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Build graph</title>
<link rel="stylesheet" href="${escapeMarkup(style)}">
</head>
<body>
<script nonce="${escapeMarkup(nonce)}" src="${escapeMarkup(script)}"></script>
</body>
</html>
`;
}
