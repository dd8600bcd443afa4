// `npm start [-- ARGUMENTS]`: sets up what is missing, builds, and prints the graph of a Dockerfile: an example's, or that of the one named.
import { bootstrap, root, runNode } from './bootstrap.mjs';

bootstrap();
const args = process.argv.slice(2);
const example = `${root}examples/Dockerfile`;
process.exitCode =
  runNode('scripts/build.ts', ['--quiet']) ||
  runNode('bin/llb-lens.mjs', ['graph', ...(args.length > 0 ? args : [example])]);
