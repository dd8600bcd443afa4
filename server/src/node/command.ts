// The entry of the command `llb-lens`: the only place that touches the process itself.
import { run } from './cli.ts';
import { processIo } from './io.ts';

process.exitCode = await run(process.argv.slice(2), processIo);
