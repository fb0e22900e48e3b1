/** Google: ID tokens of service accounts, and of the metadata server of an instance. */
import { GOOGLE_METADATA, GOOGLE_PLATFORM, GOOGLE_PROTOCOLS } from '../ci/google-metadata.ts';
import { object, type Preset, text } from './row.ts';

const GOOGLE_SERVICE_ACCOUNT: Preset = {
  id: 'google-service-account',
  title: 'Google service account',
  verification: 'exact',
  issuer: 'https://accounts.google.com',
  audience: null,
  audienceForm: 'string',
  lifetime: 3600,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: [
    'aud',
    text('azp', facts => facts.asGiven('sub') ?? '113774264463038321964'),
    text('email', 'gae-sa@my-project.iam.gserviceaccount.com'),
    { name: 'email_verified', type: 'boolean', value: true },
    'exp',
    'iat',
    'iss',
    'sub',
  ],
  subjects: [{ when: 'unique ID of the account', form: '${azp}' }],
  keys: { kid: 'sha1-hex', decoys: [2048] },
  endpoints: {
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  },
  discovery: {
    response_types_supported: [
      ...['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token'],
      ...['code token id_token', 'none'],
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: [
      ...['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'picture', 'sub'],
    ],
    code_challenge_methods_supported: ['plain', 'S256'],
  },
  delivery: 'generateIdToken of the IAM Credentials API, or the metadata server',
  aws: { kind: 'built-in', federated: 'accounts.google.com' },
  unconfirmed: ['discovery document beyond issuer, jwks_uri and algorithms'],
  sources: ['https://cloud.google.com/compute/docs/instances/verifying-instance-identity'],
};

export const GOOGLE: readonly Preset[] = [
  GOOGLE_SERVICE_ACCOUNT,
  {
    ...GOOGLE_SERVICE_ACCOUNT,
    id: 'google-compute-metadata',
    title: 'Google Compute Engine, metadata identity (format=full)',
    verification: 'unconfirmed',
    claims: [
      ...GOOGLE_SERVICE_ACCOUNT.claims,
      object('google', {
        compute_engine: {
          instance_creation_timestamp: 1_704_067_200,
          instance_id: '152986662232938449',
          instance_name: 'example',
          project_id: 'my-project',
          project_number: 739_419_398_126,
          zone: 'us-west1-a',
        },
      }),
    ],
    delivery: 'GET /computeMetadata/v1/instance/service-accounts/default/identity with Metadata-Flavor: Google',
    protocols: GOOGLE_PROTOCOLS,
    platform: GOOGLE_PLATFORM,
    metadataServer: GOOGLE_METADATA,
    unconfirmed: ['location of organization_number: in google, or at the top level'],
  },
];
