// Which version this is.

/** The version of the package; a test holds it to the manifest. */
export const packageVersion = '0.1.0';
