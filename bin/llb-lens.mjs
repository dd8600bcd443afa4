#!/usr/bin/env node
// The command `llb-lens`. It only starts the bundle: the work is in server/src/node/command.ts.
import nodeModule from 'node:module';

nodeModule.enableCompileCache?.();
await import('../dist/llb-lens.mjs');
