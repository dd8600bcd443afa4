// The single list of what an editor can ask: a feature that stands here is offered, one that does not is not.
import { buildGraph } from '../analysis/graph.ts';
import { treeText } from '../analysis/graphFormats.ts';
import { codeActions } from './codeActions.ts';
import { codeLenses, resolveCodeLens } from './codeLens.ts';
import { completion } from './completion.ts';
import { definition } from './definition.ts';
import { diagnostics } from './diagnostics.ts';
import type { Features } from './feature.ts';
import { foldingRanges } from './folding.ts';
import { formatting } from './formatting.ts';
import { highlight } from './highlight.ts';
import { hover } from './hover.ts';
import { inlayHints } from './inlayHints.ts';
import { documentLinks } from './links.ts';
import { references } from './references.ts';
import { prepareRename, rename } from './rename.ts';
import { selectionRanges } from './selection.ts';
import { semanticLegend, semanticTokens } from './semanticTokens.ts';
import { signatureHelp } from './signatureHelp.ts';
import { documentSymbols } from './symbols.ts';

export const features: Features = {
  codeActions,
  codeLenses,
  completion,
  definition,
  diagnostics,
  documentLinks,
  documentSymbols,
  foldingRanges,
  formatting,
  graph: buildGraph,
  graphText: treeText,
  highlight,
  hover,
  inlayHints,
  prepareRename,
  references,
  rename,
  resolveCodeLens,
  selectionRanges,
  semanticLegend,
  semanticTokens,
  signatureHelp,
};
