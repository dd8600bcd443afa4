// The entry of the command `llb-lens`: the only place that touches the process itself.
import { run } from './cli.ts';
import { processIo } from './io.ts';

// Who reads only the first lines (`| head`) has what he wants.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), processIo);
