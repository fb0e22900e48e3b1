/** Names that every object inherits, and values with own members of these names: inputs that break tables with a prototype. */

export const PROTO = '__proto__';

/** Inherited names except `__proto__`, which the control API never accepts. */
export const INHERITED = Object.getOwnPropertyNames(Object.prototype).filter(name => name !== PROTO);

/** A value for which `String` and `Number` throw. */
export const TRAP = { toString: 1, valueOf: 1 };

/** An object with one member of this name, `__proto__` included. */
export const own = (name: string, value: unknown): Record<string, unknown> =>
  Object.defineProperty({}, name, { value, enumerable: true });

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
