// `npm start [-- FOLDER or FILE]`: sets up what is missing, builds, and opens VS Code with the extension on the examples, or on what is named.
import { bootstrap, runNode } from './bootstrap.mjs';

bootstrap();
const built = runNode('scripts/build.ts', ['--quiet']);
if (built !== 0) process.exitCode = built;
else {
  const { openEditor } = await import('./openEditor.ts');
  process.exitCode = await openEditor(process.argv[2]);
}
