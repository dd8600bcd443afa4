// Writes dockerfile.tmLanguage.json from its source.
import { writeFileSync } from 'node:fs';
import { dockerfileGrammar } from './source/grammar.ts';

const path = new URL('dockerfile.tmLanguage.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(dockerfileGrammar(), undefined, 2)}\n`);
