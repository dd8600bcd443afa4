// Which names of variables say that the value is a secret: BuildKit's check goes by the words between underscores.

const secretWords = new Set([
  'apikey',
  'auth',
  'credential',
  'credentials',
  'key',
  'password',
  'pword',
  'passwd',
  'secret',
  'token',
]);
const publicWords = new Set(['public', 'file', 'version']);

/** True for a variable whose value should be neither in an image nor on a screen. */
export function isSecretName(name: string): boolean {
  // The letters that Go's case folding takes for these are no part of any identifier that people use, but they count.
  const parts = name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase().split('_');
  return parts.some((part) => secretWords.has(part)) && !parts.some((part) => publicWords.has(part));
}
