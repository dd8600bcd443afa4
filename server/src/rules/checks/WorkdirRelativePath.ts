// WorkdirRelativePath: the directory that the path comes to, written out.
import { spanOf } from '../../dockerfile/spans.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'WorkdirRelativePath',
  severity: 'warning',
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    if (instruction?.kind !== 'workdir') return [];
    const stage = analysis.stages.find((s) => s.steps.some((step) => step.command.instruction === instruction));
    const step = stage?.steps.find((s) => s.command.instruction === instruction);
    if (stage === undefined || step === undefined || step.failed || stage.platform?.os === 'windows') return [];
    const { value, start, end } = instruction.path;
    const span = spanOf(instruction, start, end);
    const before = step.before.dir === '' ? '/' : step.before.dir;
    const plain = /^[A-Za-z0-9_.\-/]+$/.test(value) && span.end - span.start === value.length;
    const edit = plain
      ? { span, text: step.after.dir }
      : { span: { start: span.start, end: span.start }, text: before.endsWith('/') ? before : `${before}/` };
    if (/[^A-Za-z0-9_.\-/]/.test(edit.text)) return [];
    const title = stage.guessed
      ? `Make it absolute: ${edit.text} (if the base image's own directory is ${before}: else the path changes)`
      : `Make it absolute: ${edit.text}`;
    // Built on another base or for another platform, the path may come to another directory.
    return [{ title, edits: [edit], safe: false }];
  },
};
