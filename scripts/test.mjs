// `npm test`: sets up what is missing, builds, and runs every test. Arguments go to Vitest.
import { bootstrap, runNode } from './bootstrap.mjs';
import { provide } from './system.mjs';

bootstrap();
provide('chromium', 'docker-registry');
process.exitCode =
  runNode('scripts/build.ts', ['--quiet']) ||
  runNode('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
