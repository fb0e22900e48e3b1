/** Names that every object inherits, and values whose own members are named like them: what a table with a prototype stumbles over. */

export const PROTO = '__proto__';

/** All of them but `__proto__`, which the control API takes nowhere. */
export const INHERITED = Object.getOwnPropertyNames(Object.prototype).filter(name => name !== PROTO);

/** `String` and `Number` throw for it. */
export const TRAP = { toString: 1, valueOf: 1 };

/** An object with one member of this name, `__proto__` included. */
export const own = (name: string, value: unknown): Record<string, unknown> =>
  Object.defineProperty({}, name, { value, enumerable: true });

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
