// InvalidDefinitionDescription: an empty comment cuts the comment off, or the name in front makes it a description.
import { lineEnd, lineStart } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'InvalidDefinitionDescription',
  severity: 'warning',
  fixes(finding, analysis) {
    const { text } = analysis;
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const comment = instruction?.commentSpan;
    if (instruction === undefined || comment === undefined) return [];
    const at = lineStart(text, instruction.span.start);
    const fixes = [
      {
        title: 'Cut the comment off by an empty one',
        edits: [{ span: { start: at, end: at }, text: `#${lineEnd(text)}` }],
        safe: true,
      },
    ];
    const name =
      instruction.kind === 'from' ? instruction.name : instruction.kind === 'arg' ? only(instruction.declarations) : '';
    const last = analysis.dockerfile.comments.findLast(({ span }) => span.end <= comment.end)?.span;
    const words = last === undefined ? undefined : /^#[ \t]*(?=\S)/.exec(text.slice(last.start, last.end));
    if (name !== '' && last !== undefined && words) {
      const start = last.start + words[0].length;
      const gap = words[0] === '#' ? ' ' : '';
      fixes.push({
        title: `Make the comment the description of ${name}`,
        edits: [{ span: { start, end: start }, text: `${gap}${name} ` }],
        safe: true,
      });
    }
    return fixes;
  },
};

function only(declarations: readonly { readonly key: { readonly value: string } }[]): string {
  return declarations.length === 1 ? (declarations[0]?.key.value ?? '') : '';
}
