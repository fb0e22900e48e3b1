/** Claims as the page shows and counts them: values of any JSON type, under names that anybody may choose. */

/** A value as text: strings as they are, nothing for null and undefined, everything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

/** NaN for what is neither a number nor the text of one; absent counts as 0. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : value === undefined ? 0 : Number.NaN;

/** The text of a claim; empty when there is none of its name. */
export const claimText = (claims: Readonly<Record<string, string>>, name: string): string =>
  (Object.hasOwn(claims, name) ? claims[name] : undefined) ?? '';
