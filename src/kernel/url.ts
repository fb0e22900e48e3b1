/** URLs from outside, bounded before they are parsed: letters beyond ASCII in a host cost the square of their number. */

/** What browsers and HTTP servers agree on for an address. */
const LONGEST = 2048;

/** An absolute URL of at most 2,048 characters; undefined for every other text. */
export const readUrl = (text: string): URL | undefined =>
  text.length <= LONGEST && URL.canParse(text) ? new URL(text) : undefined;
