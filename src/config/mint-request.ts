/** Schema of a mint request, for the control API and the library. */
import { type Static, Type } from 'typebox';
import type { ReadonlyDeep } from './read-only.ts';

/** Maximum lifetime in seconds: 200 years, far beyond any token, and still an exact date. */
const MAX_LIFETIME = 200 * 366 * 86_400;

/** Maximum number of audiences of a token. */
export const MAX_AUDIENCES = 100;

const Members = Type.Record(Type.String(), Type.Unknown());

/** Claims, header members and names of defects are checked against the issuer when the token is minted. */
export const MintRequest = Type.Object(
  {
    issuer: Type.String({ description: 'ID of a hosted issuer, for example github-actions.' }),
    claims: Type.Optional(Members),
    audience: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: MAX_AUDIENCES })])),
    expiresIn: Type.Optional(
      Type.Integer({
        minimum: -MAX_LIFETIME,
        maximum: MAX_LIFETIME,
        description: 'Lifetime of the token in seconds (exp minus iat).',
      }),
    ),
    headers: Type.Optional(Members),
    removeClaims: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
    faults: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
  },
  { additionalProperties: false },
);
export type MintRequest = ReadonlyDeep<Static<typeof MintRequest>>;
