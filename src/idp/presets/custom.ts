/** The preset for any other issuer, without fixed claims. */
import { ALGORITHM_NAMES } from '../keys/algorithms.ts';
import { PLAIN_PROVIDER, type Preset, text } from './row.ts';
import { CUSTOM_STARTER } from './starters.ts';

export const CUSTOM: Preset = {
  id: 'custom',
  title: 'Any other issuer',
  verification: 'exact',
  issuer: 'https://issuer.example.test',
  audience: 'sts.amazonaws.com',
  audienceForm: 'as-requested',
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
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    grant_types_supported: [
      ...['authorization_code', 'client_credentials', 'refresh_token'],
      ...['token-exchange', 'jwt-bearer', 'device_code'].map(name => `urn:ietf:params:oauth:grant-type:${name}`),
    ],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ALGORITHM_NAMES,
    code_challenge_methods_supported: ['S256'],
    response_modes_supported: ['query'],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'email', 'email_verified'],
    authorization_response_iss_parameter_supported: true,
  },
  delivery: 'as the test requires',
  provider: PLAIN_PROVIDER,
  starter: CUSTOM_STARTER,
  aws: { kind: 'accepted', clientId: 'sts.amazonaws.com' },
  unconfirmed: [],
  sources: ['https://openid.net/specs/openid-connect-core-1_0.html'],
};
