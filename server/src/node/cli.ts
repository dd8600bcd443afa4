// The command line: reads the words, calls one command, sets the exit code. 0 done, 1 the input is wrong, 2 the words are wrong.

import { type Io, UsageError } from './io.ts';
import { version } from './version.ts';

const help = `LLB Lens shows the graph that BuildKit builds from a Dockerfile, without a daemon and without the network.

Usage: llb-lens COMMAND [OPTIONS]

  graph [FILE | - | CONTEXT]   the graph of a Dockerfile ("llb-lens graph --help" for its options)
  impact [FILE] --change WHAT  what runs again when something changes, or against another file or git revision
  link [FILE]                  what --link does, or would do, at every COPY and ADD
  check [FILES or FOLDERS]     problems of Dockerfiles, for a person or for CI, and their safe fixes
  explain [RULE]               what a rule finds, why, and how to fix it
  convert --jobs FILE|-        JSON lines of jobs in, JSON lines of results out (for the comparison with BuildKit)

  --version                    the version, and that of the BuildKit it equals
  --help                       this text
`;

/** Runs the command line. Resolves to the exit code. Each command is loaded when it is asked for: none waits for the code of the others. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'graph':
        return await (await import('./commands/graph.ts')).analyzeCommand(rest, io);
      case 'impact':
        return await (await import('./commands/impact.ts')).impactCommand(rest, io);
      case 'link':
        return await (await import('./commands/link.ts')).linkCommand(rest, io);
      case 'check':
        return await (await import('./commands/check.ts')).checkCommand(rest, io);
      case 'explain':
        return await (await import('./commands/explain.ts')).explainCommand(rest, io);
      case 'convert':
        return await (await import('./commands/convert.ts')).convertCommand(rest, io);
      case '--version':
      case '-V':
        io.out(`${version()}\n`);
        return 0;
      case undefined:
      case '--help':
      case '-h':
      case 'help':
        io.out(help);
        return command === undefined ? 2 : 0;
      default:
        throw new UsageError(`unknown command "${command}"`);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`llb-lens: ${error.message}\nTry "llb-lens --help".\n`);
      return 2;
    }
    throw error;
  }
}
