// Adds up what the steps of a run counted: `totals.mjs FAILED_STEPS SUMMARY.json...`. Prints `N passed, N failed` and fails where any failed.
import { readFileSync } from 'node:fs';

const [failedSteps, ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of files) {
  const summary = JSON.parse(readFileSync(file, 'utf8'));
  // Vitest's names, or ours.
  passed += summary.numPassedTests ?? summary.passed;
  failed += summary.numFailedTests ?? summary.failed;
}
// A step can fail without a count: a file that does not load, a broken check.
failed = Math.max(failed, Number(failedSteps));
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
