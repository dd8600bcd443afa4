// Every scenario written by hand.
import type { Scenario } from '../scenario.ts';
import { args } from './args.ts';
import { contexts } from './contexts.ts';
import { destinations } from './destinations.ts';
import { directories, workdirs } from './directories.ts';
import { examples } from './examples.ts';
import { fixes } from './fixes.ts';
import { forms, order } from './forms.ts';
import { lines } from './lines.ts';
import { links } from './links.ts';
import { mounts } from './mounts.ts';
import { nothing } from './nothing.ts';
import { others } from './others.ts';
import { owners } from './owners.ts';
import { remote } from './remote.ts';
import { stages } from './stages.ts';
import { swept } from './swept.ts';
import { usrMerge } from './usrMerge.ts';

export const written = (): Scenario[] => [
  ...destinations(),
  ...usrMerge(),
  ...owners(),
  ...directories(),
  ...workdirs(),
  ...order(),
  ...forms(),
  ...links(),
  ...examples(),
  ...contexts(),
  ...lines(),
  ...args(),
  ...stages(),
  ...remote(),
  ...mounts(),
  ...nothing(),
  ...others(),
  ...swept(),
  ...fixes(),
];
