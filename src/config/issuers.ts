/** Schema of an issuer declaration, for the configuration and `PUT /_rolecall/issuers/{id}`. */
import { type Static, Type } from 'typebox';
import { PRIVATE_KEY_MEMBERS } from '../kernel/issuer-keys.ts';
import type { ReadonlyDeep } from './read-only.ts';
import { secret } from './secrets.ts';

const strict = { additionalProperties: false };

const refused = { description: 'Private key member: not allowed, because these keys are public.', ...secret };

/** Any JWK. Private members are rejected on import, and never printed. */
const PublicKey = Type.Unsafe<unknown>({
  type: 'object',
  properties: Object.fromEntries(PRIVATE_KEY_MEMBERS.map(name => [name, refused])),
});

const Claims = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Default claims of every token of the issuer.',
});

/** An issuer declaration: hosted, pinned (`jwks`) or fetched by discovery (`discoveryUrl`). */
export const IssuerSettings = Type.Object(
  {
    preset: Type.Optional(Type.String({ description: 'Preset of a hosted issuer (github-actions, …).' })),
    issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 2048, description: 'The iss claim of its tokens.' })),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'Parameters of the preset (organisation, region, …).',
      }),
    ),
    claims: Type.Optional(Claims),
    alg: Type.Optional(Type.String({ description: 'Signing algorithm (RS256, ES256, …).' })),
    keys: Type.Optional(
      Type.Array(Type.Unknown(), {
        maxItems: 100,
        description: 'Private keys to sign with, as JWK objects or PEM text.',
        ...secret,
      }),
    ),
    clients: Type.Optional(
      Type.Array(
        Type.Object(
          {
            clientId: Type.String({ minLength: 1, description: 'OAuth client_id.' }),
            clientSecret: Type.Optional(
              Type.String({
                minLength: 1,
                description:
                  'OAuth client secret; a client with neither a secret nor jwks is public and must use PKCE.',
                ...secret,
              }),
            ),
            jwks: Type.Optional(
              Type.Object(
                { keys: Type.Array(PublicKey, { minItems: 1, maxItems: 100 }) },
                { ...strict, description: 'Public keys (JWKs) that verify client assertions (private_key_jwt).' },
              ),
            ),
            redirectUris: Type.Optional(
              Type.Array(Type.String({ minLength: 1 }), {
                description: 'Allowed redirect URIs; default: https, loopback and private-use schemes.',
              }),
            ),
          },
          strict,
        ),
        { maxItems: 1000, description: 'Registered OAuth clients; default: any client ID is accepted.' },
      ),
    ),
    open: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Whether its endpoints issue tokens without a login or a job token even if an admin token is set.',
      }),
    ),
    source: Type.Optional(
      Type.Unsafe<'hosted' | 'pinned' | 'remote'>({
        type: 'string',
        enum: ['hosted', 'pinned', 'remote'],
        description: 'Source of its keys; default: derived from the other members.',
      }),
    ),
    jwks: Type.Optional(
      Type.Object(
        { keys: Type.Array(PublicKey, { maxItems: 500 }) },
        { description: 'Pinned public keys of a foreign issuer.' },
      ),
    ),
    discoveryUrl: Type.Optional(
      Type.String({ description: 'Discovery URL of a foreign issuer; default: derived from its iss.' }),
    ),
    allowPrivateNetwork: Type.Optional(
      Type.Boolean({
        description: 'Whether its discovery document and keys may be fetched from private addresses and over http.',
      }),
    ),
  },
  strict,
);
export type IssuerSettings = ReadonlyDeep<Static<typeof IssuerSettings>>;
