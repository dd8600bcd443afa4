// JSONArgsRecommended: the shell form as JSON; with the shell kept it is the same image, without it signals arrive.
import type { CmdInstruction, EntrypointInstruction } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Fix, Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'JSONArgsRecommended',
  severity: 'warning',
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    if (instruction === undefined || (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint')) return [];
    const word = instruction.args[0];
    const stage = analysis.stages.findLast((s) => !s.hidden && s.instruction < finding.instruction);
    // A byte that is no character cannot stand in JSON.
    if (word === undefined || stage === undefined || /\p{Surrogate}/u.test(word.value)) return [];
    const span = spanOf(instruction, word.start, word.end);
    // A comment between the lines would be lost.
    if (analysis.dockerfile.comments.some((c) => c.span.start > span.start && c.span.end < span.end)) return [];
    const fixes: Fix[] = [];
    const keyword = instruction.kind.toUpperCase();
    const words = plainWords(instruction);
    const meant = meantAsJson(word.value);
    if (meant !== undefined)
      fixes.push({
        title: 'Make it the JSON that it looks like (now a shell gets it as text)',
        edits: [{ span, text: jsonList(meant) }],
        safe: false,
      });
    const windows = stage.platform?.os === 'windows';
    if (words !== undefined && !windows) {
      const edits = [{ span, text: jsonList(words) }];
      fixes.push({
        title: `Write ${keyword} as JSON: ${words[0]} then runs without a shell and gets signals`,
        edits,
        safe: false,
      });
    }
    if (!windows) {
      const edits = [{ span, text: jsonList(['/bin/sh', '-c', word.value]) }];
      fixes.push({ title: `Write ${keyword} as JSON, shell included: the image stays the same`, edits, safe: false });
    }
    return fixes;
  },
};

/** The words of a command line that a shell would pass on as they are, or undefined. */
function plainWords(instruction: CmdInstruction | EntrypointInstruction): readonly string[] | undefined {
  const line = instruction.cmdLine[0] ?? '';
  if (!/^[A-Za-z0-9_@%+=:,./ \t-]+$/.test(line)) return undefined;
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const [first] = words;
  // An assignment, or a word that only a shell knows.
  if (first === undefined || first.includes('=') || shellWords.has(first)) return undefined;
  return words;
}

const shellWords = new Set(
  '. : alias bg break case cd command continue do done elif else esac eval exec exit export fg fi for function getopts hash if in jobs local read readonly return set shift source then times trap type ulimit umask unalias unset until wait while'.split(
    ' ',
  ),
);

/** A list that only its quotes or a comma at its end keep from being JSON. */
function meantAsJson(text: string): readonly string[] | undefined {
  if (!/^\[.*\]$/.test(text)) return undefined;
  const quoted = text.includes('"') ? text : text.replaceAll("'", '"');
  try {
    const list: unknown = JSON.parse(quoted.replace(/,\s*\]$/, ']'));
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

function jsonList(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
