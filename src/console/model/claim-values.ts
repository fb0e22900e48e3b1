/** Claim values as text and as numbers; values have any JSON type, and claim names are untrusted. */

/** A value as text: strings unchanged, the empty string for null and undefined, everything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

/** A value as a number: 0 when absent, NaN when it is neither a number nor numeric text. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : value === undefined ? 0 : Number.NaN;

/** The text of a claim; empty when the claim is absent. */
export const claimText = (claims: Readonly<Record<string, string>>, name: string): string =>
  (Object.hasOwn(claims, name) ? claims[name] : undefined) ?? '';
