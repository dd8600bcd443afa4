// `npm run package`: makes the extension's package, llb-lens-VERSION.vsix.
import { bootstrap } from './bootstrap.mjs';

bootstrap();
const { makePackage } = await import('./package.ts');
process.exitCode = await makePackage();
