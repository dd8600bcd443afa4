#!/usr/bin/env node
// The command `llb-lens-language-server`. It only starts the bundle: the work is in server/src/node/main.ts.
import nodeModule from 'node:module';

nodeModule.enableCompileCache?.();
// Not imported: for that Node would read the whole bundle through once more, to find names that nobody wants.
nodeModule.createRequire(import.meta.url)('../dist/server.cjs');
