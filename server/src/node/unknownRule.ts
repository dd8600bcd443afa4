// What to say of a name that is no rule's, and of the rule that may have been meant.
import { suggest } from '../dockerfile/suggest.ts';
import { rules } from '../rules/index.ts';

export function unknownRule(name: string): string {
  const names = rules.map((rule) => rule.name);
  const same = names.find((known) => known.toLowerCase() === name.toLowerCase());
  const near =
    same ??
    suggest(
      name.toLowerCase(),
      names.map((known) => known.toLowerCase()),
      true,
    );
  const meant = names.find((known) => known.toLowerCase() === near?.toLowerCase());
  return `there is no rule ${name}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}
