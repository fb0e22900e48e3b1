/** Any other issuer: nothing about its claims is fixed. */
import { type Preset, text } from './row.ts';

export const CUSTOM: Preset = {
  id: 'custom',
  title: 'Any other issuer',
  standing: 'exact',
  issuer: 'https://issuer.example.test',
  audience: 'sts.amazonaws.com',
  audienceForm: 'as-asked',
  lifetime: 3600,
  alg: 'RS256',
  header: ['typ', 'kid'],
  claims: ['iss', 'sub', 'aud', 'iat', 'exp'],
  inputs: [text('user', 'user-123')],
  free: true,
  subjects: [{ when: 'always', form: '${user}' }],
  keys: { kid: 'thumbprint' },
  endpoints: {
    jwks_uri: '${issuer}/.well-known/jwks.json',
    authorization_endpoint: '${issuer}/authorize',
    token_endpoint: '${issuer}/token',
    userinfo_endpoint: '${issuer}/userinfo',
    introspection_endpoint: '${issuer}/introspect',
    revocation_endpoint: '${issuer}/revoke',
    end_session_endpoint: '${issuer}/end-session',
    device_authorization_endpoint: '${issuer}/device',
  },
  discovery: {
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  },
  delivery: 'whatever the test asks for',
  aws: { kind: 'accepted', clientId: 'sts.amazonaws.com' },
  unconfirmed: [],
  sources: ['https://openid.net/specs/openid-connect-core-1_0.html'],
};
