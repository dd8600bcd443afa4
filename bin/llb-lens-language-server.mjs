#!/usr/bin/env node
// The command `llb-lens-language-server`. It only starts the bundle: the work is in server/src/node/main.ts.
import nodeModule from 'node:module';

nodeModule.enableCompileCache?.();
await import('../dist/server.cjs');
