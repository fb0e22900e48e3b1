/** What is declared about an issuer, in the configuration and by `PUT /_rolecall/issuers/{id}`. */
import { type Static, Type } from 'typebox';
import { secret } from './secrets.ts';

const strict = { additionalProperties: false };

const refused = { description: 'Private: refused, since these keys are public.', ...secret };

/** Any JWK. Private members (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1) are refused when it is imported, and never shown. */
const PublicKey = Type.Unsafe<unknown>({
  properties: Object.fromEntries(['d', 'dp', 'dq', 'k', 'oth', 'p', 'q', 'qi'].map(name => [name, refused])),
});

const Claims = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Claims every token of the issuer starts from.',
});

/** An issuer as configuration and `PUT /_rolecall/issuers/{id}` declare it. */
export const IssuerSettings = Type.Object(
  {
    preset: Type.Optional(Type.String({ description: 'The preset a hosted issuer follows (github-actions, …).' })),
    issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 2048, description: 'The iss of its tokens.' })),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Parameters of the preset (organisation, region, …).' }),
    ),
    claims: Type.Optional(Claims),
    alg: Type.Optional(Type.String({ description: 'Signing algorithm (RS256, ES256, …).' })),
    keys: Type.Optional(
      Type.Array(Type.Unknown(), {
        maxItems: 200,
        description: 'Private keys to sign with, as JWK objects or PEM text.',
        ...secret,
      }),
    ),
    clients: Type.Optional(
      Type.Array(
        Type.Object(
          {
            clientId: Type.String({ minLength: 1 }),
            clientSecret: Type.Optional(Type.String({ minLength: 1, ...secret })),
            redirectUris: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
          },
          strict,
        ),
        { maxItems: 1000, description: 'The only clients of the provider; absent: every client that names itself.' },
      ),
    ),
    open: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Whether its endpoints mint without a login or a job token although an admin token is set.',
      }),
    ),
    source: Type.Optional(
      Type.Unsafe<'hosted' | 'pinned' | 'remote'>({
        type: 'string',
        enum: ['hosted', 'pinned', 'remote'],
        description: 'Where its keys come from; told from the other members when absent.',
      }),
    ),
    jwks: Type.Optional(
      Type.Object(
        { keys: Type.Array(PublicKey, { maxItems: 500 }) },
        { description: 'Pinned public keys of a foreign issuer.' },
      ),
    ),
    discoveryUrl: Type.Optional(
      Type.String({ description: 'Where a foreign issuer is discovered, when not at its iss.' }),
    ),
    allowPrivateNetwork: Type.Optional(
      Type.Boolean({ description: 'Whether its documents may be fetched from private addresses and over http.' }),
    ),
  },
  strict,
);
export type IssuerSettings = Static<typeof IssuerSettings>;
