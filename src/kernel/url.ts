/** Parses URLs of requests, limited in length: non-ASCII letters in a host take quadratic time. */

/** Maximum length in characters, which browsers and HTTP servers commonly support. */
const MAX_LENGTH = 2048;

/** Parses an absolute URL of at most 2,048 characters; undefined for any other text. */
export const readUrl = (text: string): URL | undefined =>
  text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
