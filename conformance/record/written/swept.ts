// What a copy of a whole folder takes along: the history, packages of this machine, secrets; and what one line of the ignore file does.
import type { Scenario } from '../scenario.ts';
import { A, edits } from './steps.ts';

/** A stand-in for npm, which installs one package. */
const npm =
  "RUN printf '%s\\n' '#!/bin/sh' 'mkdir -p node_modules/a' 'echo of the image > node_modules/a/index.js' > /bin/npm && chmod 755 /bin/npm\n";

export const swept = (): Scenario[] => [
  edits(
    'swept-git',
    'The history of the repository is copied, and a commit runs the copy and all behind it again; once it is ignored, none does.',
    { rules: ['GitOrModulesInContext'] },
    {
      dockerfile: `${A}WORKDIR /app\nCOPY . .\nRUN cat main > built\n`,
      files: { main: 'main\n', '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': '1\n' },
      look: ['/app', '/app/.git', '/app/.git/refs/heads/main'],
    },
    { label: 'commit', files: { '.git/refs/heads/main': '2\n' } },
    { label: 'fix', files: { '.dockerignore': '**/.git\n' } },
    { label: 'another commit', files: { '.git/refs/heads/main': '3\n' } },
    { label: 'main', files: { main: 'main changed\n' } },
  ),
  edits(
    'swept-git-link',
    'The history of the repository in a linked copy: a commit runs the copy again.',
    { rules: ['GitOrModulesInContext'] },
    {
      dockerfile: `${A}COPY --link . /app/\nRUN cat /app/main > /built\n`,
      files: { main: 'main\n', '.git/HEAD': 'ref: refs/heads/main\n' },
      look: ['/app/.git/HEAD'],
    },
    { label: 'commit', files: { '.git/HEAD': 'ref: refs/heads/other\n' } },
    { label: 'fix', files: { '.dockerignore': '**/.git\n' } },
    { label: 'another commit', files: { '.git/HEAD': 'ref: refs/heads/third\n' } },
  ),
  edits(
    'swept-modules',
    'Packages of this machine are laid over those that the build has installed; once they are ignored, they are not.',
    { rules: ['GitOrModulesInContext'] },
    {
      dockerfile: `${A}${npm}WORKDIR /app\nCOPY package.json .\nRUN npm install\nCOPY . .\n`,
      files: { 'package.json': '{}\n', main: 'main\n', 'node_modules/a/index.js': 'of this machine\n' },
      look: ['/app', '/app/node_modules/a/index.js'],
    },
    { label: 'another version here', files: { 'node_modules/a/index.js': 'of this machine, newer\n' } },
    { label: 'fix', files: { '.dockerignore': '**/node_modules\n' } },
    { label: 'a third version here', files: { 'node_modules/a/index.js': 'of this machine, newest\n' } },
  ),
  edits(
    'swept-secret',
    'Keys and passwords in the folder end up in the image; once they are ignored, they do not.',
    { rules: ['SecretInContext'] },
    {
      dockerfile: `${A}COPY . /app/\nRUN true\n`,
      files: { main: 'main\n', '.env': 'PASSWORD=x\n', 'config/id_ed25519': 'key\n' },
      look: ['/app', '/app/.env', '/app/config', '/app/config/id_ed25519'],
    },
    { label: 'another password', files: { '.env': 'PASSWORD=y\n' } },
    { label: 'fix', files: { '.dockerignore': '**/.env\n**/id_ed25519\n' } },
    { label: 'a third password', files: { '.env': 'PASSWORD=z\n' } },
  ),
  edits(
    'swept-secret-in-build-stage',
    'A password in the folder is in a build stage, not in the image.',
    { rules: ['SecretInContext'] },
    {
      dockerfile: `FROM alpine:3.14 AS build\nCOPY . /src/\nRUN cat /src/main > /built\n${A}COPY --from=build /built /built\n`,
      files: { main: 'main\n', '.env': 'PASSWORD=x\n' },
      look: ['/built', '/src', '/src/.env'],
    },
    { label: 'another password', files: { '.env': 'PASSWORD=y\n' } },
    { label: 'fix', files: { '.dockerignore': '# not for the build\n*.log\n**/.env\n' } },
    { label: 'a third password', files: { '.env': 'PASSWORD=z\n' } },
  ),
];
