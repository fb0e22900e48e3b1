/** Claim values as text; values have any JSON type, and claim names are untrusted. */

/** A value as text: strings unchanged, the empty string for null and undefined, everything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

/** The text of a claim; empty when the claim is absent. */
export const claimText = (claims: Readonly<Record<string, string>>, name: string): string =>
  (Object.hasOwn(claims, name) ? claims[name] : undefined) ?? '';
