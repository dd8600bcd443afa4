// ExposeProtoCasing: the protocol in lower case; BuildKit lower-cases it anyway.
import { toLower } from '../../go/text.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'ExposeProtoCasing',
  severity: 'warning',
  fixes(finding, analysis) {
    const written = analysis.text.slice(finding.span.start, finding.span.end);
    const slash = written.indexOf('/');
    const protocol = written.slice(slash + 1);
    if (slash < 0 || !/^[A-Za-z]+$/.test(protocol)) return [];
    const start = finding.span.start + slash + 1;
    const text = toLower(protocol);
    return [{ title: `Write ${text}`, edits: [{ span: { start, end: finding.span.end }, text }], safe: true }];
  },
};
