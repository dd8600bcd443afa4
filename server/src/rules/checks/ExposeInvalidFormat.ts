// ExposeInvalidFormat: only the container's port stays; address and host port never had an effect.
import { parsePort } from '../../compile/ports.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'ExposeInvalidFormat',
  severity: 'warning',
  fixes(finding, analysis) {
    const { start } = finding.span;
    const written = analysis.text.slice(start, finding.span.end);
    if (!/^[0-9a-fA-F:.[\]]*:[0-9-]+(?:\/[A-Za-z]+)?$/.test(written)) return [];
    const end = start + written.lastIndexOf(':') + 1;
    const port = written.slice(end - start);
    return [
      {
        title: `Expose ${port} alone`,
        edits: [{ span: { start, end }, text: '' }],
        safe: parsePort(written).error === undefined,
      },
    ];
  },
};
