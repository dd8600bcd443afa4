// Answers what the graph view asks about an open document.
import type { GraphQuestionAnswer, GraphQuestionParams } from '../../../shared/src/protocol.ts';
import { dotText, mermaidText } from '../analysis/graphFormats.ts';
import type { Features } from '../features/feature.ts';
import { graphImpact, linkComparison, linkEdits, textComparison } from '../features/graphAnswers.ts';
import { toTextEdit } from './convert.ts';
import type { Inquiry } from './desk.ts';
import { fileName } from './files.ts';

type Asked = GraphQuestionParams & { readonly textDocument: { readonly uri: string } };

export const graphQuestion =
  (features: Features) =>
  ({ params, uri, document, analysis, at }: Inquiry<Asked>): GraphQuestionAnswer | null => {
    const { question } = params;
    const graph = features.graph?.(analysis, fileName(uri));
    if (graph === undefined) return null;
    switch (question.kind) {
      case 'write':
        return { text: question.format === 'dot' ? dotText(graph) : mermaidText(graph) };
      case 'linkEdits': {
        const edits = linkEdits(analysis, question.instruction, question.link);
        return { edits: edits.map((edit) => toTextEdit(at, edit)), version: document.version };
      }
      case 'whatIf':
        return answerOf(graphImpact(analysis, graph, question.change));
      case 'compareLink':
        return answerOf(linkComparison(analysis, graph, question.instruction));
      case 'compareWith':
        return { message: textComparison(analysis, graph, question.text, question.title) };
    }
  };

function answerOf(found: ReturnType<typeof graphImpact> | ReturnType<typeof linkComparison>): GraphQuestionAnswer {
  return 'error' in found ? found : { message: found };
}
