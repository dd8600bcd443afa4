// The suite that runs inside VS Code, in any of its hosts: every feature through VS Code's own commands.
import { type Outcome, outcomeMark } from '../outcome.ts';
import { tests } from './tests.ts';

/** Called by VS Code; it counts as failed where this rejects. */
export async function run(): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const [title, test] of Object.entries(tests)) {
    try {
      const note = await test();
      outcomes.push(typeof note === 'string' ? { title, note } : { title });
    } catch (error) {
      outcomes.push({ title, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  console.log(outcomeMark + JSON.stringify(outcomes));
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw new Error(`${failed.length} of ${outcomes.length} tests failed`);
}
