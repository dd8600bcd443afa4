// `node test/editor/run.mjs [host] [web] [ui] [images] [neovim] [desktop]`: the extension in a real VS Code, the server in Neovim. Without a name: all that run without a desktop.
import { bootstrap } from '../../scripts/bootstrap.mjs';
import { provide } from '../../scripts/system.mjs';

bootstrap();
provide('chromium', 'neovim');
const { runAll } = await import('./runAll.ts');
process.exitCode = await runAll(process.argv.slice(2));
