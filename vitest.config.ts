// How the tests run: every *.test.ts beside the code it tests.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,server,client,scripts,conformance,bench,test}/**/*.test.ts'],
    testTimeout: 60_000,
    passWithNoTests: false,
  },
});
