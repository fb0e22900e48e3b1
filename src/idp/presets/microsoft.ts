/** Presets of Microsoft Entra ID (versions 1 and 2) and Azure DevOps. */
import { AZURE_DEVOPS_PLATFORM, azureDevOpsProtocol } from '../ci/azure-devops.ts';
import { optional, type Preset, text } from './row.ts';

const TENANT = '2f4a9838-26b7-47ee-be60-ccc1fdec5953';
const CLIENT = 'e602ade6-d93a-4b2c-9d1c-0a6c5f0b1d2e';
const OBJECT = 'f0a3b1c2-d4e5-4f60-8172-93a4b5c6d7e8';
const CONNECTION = '271ef6f7-5998-4b0a-86fb-4a2a1e1d2c3b';
const LOGIN = 'https://login.microsoftonline.com/${tenant_id}';

const ENTRA_V2: Preset = {
  id: 'entra-v2',
  title: 'Microsoft Entra ID, version 2.0',
  verification: 'exact',
  issuer: 'https://login.microsoftonline.com/${tenant_id}/v2.0',
  parameters: { tenant_id: TENANT },
  audience: '${azp}',
  audienceForm: 'string',
  lifetime: 3600,
  notBefore: 0,
  alg: 'RS256',
  header: ['typ', 'kid'],
  claims: [
    'aud',
    'iss',
    'iat',
    'nbf',
    'exp',
    text('aio', 'E2ZgYExampleOpaque'),
    text('azp', CLIENT),
    text('azpacr', '1'),
    optional('groups', ['8f1c7d0e-1111-4222-8333-444455556666'], 'strings'),
    optional('idp', `https://sts.windows.net/${TENANT}/`),
    optional('name', 'Sample User'),
    text('oid', OBJECT),
    optional('preferred_username', 'user@example.com'),
    text('rh', '0.AExample.'),
    optional('roles', ['Task.Read'], 'strings'),
    optional('scp', 'access_as_user'),
    'sub',
    { ...text('tid', facts => facts.text('tenant_id')), partOfIss: 'tenant_id' },
    text('uti', 'exampleUti'),
    text('ver', '2.0'),
  ],
  inputs: [optional('pairwise_subject', 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ')],
  subjects: [
    {
      when: 'user (pairwise, `pairwise_subject`)',
      applies: facts => facts.given('pairwise_subject'),
      form: '${pairwise_subject}',
    },
    { when: 'application or managed identity', form: '${oid}' },
  ],
  keys: { kid: 'x5t', x5c: true, x5t: true, decoys: [2048, 2048, 2048, 2048, 2048, 2048] },
  endpoints: {
    jwks_uri: `${LOGIN}/discovery/v2.0/keys`,
    authorization_endpoint: `${LOGIN}/oauth2/v2.0/authorize`,
    token_endpoint: `${LOGIN}/oauth2/v2.0/token`,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    device_authorization_endpoint: `${LOGIN}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${LOGIN}/oauth2/v2.0/logout`,
  },
  discovery: {
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  },
  delivery: 'token endpoint; for a managed identity the metadata service',
  provider: { client: 'azp', scope: 'scp', scopeIsList: false, clientIsSubject: false },
  aws: { kind: 'accepted', clientId: CLIENT },
  unconfirmed: ['lifetime (a random 60 to 90 minutes)', 'discovery document beyond issuer and jwks_uri'],
  sources: ['https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference'],
};

const ENTRA_V1: Preset = {
  ...ENTRA_V2,
  id: 'entra-v1',
  title: 'Microsoft Entra ID, version 1.0',
  verification: 'unconfirmed',
  issuer: 'https://sts.windows.net/${tenant_id}/',
  audience: 'api://${appid}',
  header: ['typ', 'x5t', 'kid'],
  claims: [
    'aud',
    'iss',
    'iat',
    'nbf',
    'exp',
    optional('acr', '1'),
    text('aio', 'E2ZgYExampleOpaque'),
    optional('amr', ['pwd'], 'strings'),
    text('appid', CLIENT),
    text('appidacr', '1'),
    text('idp', facts => facts.value('iss')),
    text('oid', OBJECT),
    text('rh', '0.AExample.'),
    'sub',
    { ...text('tid', facts => facts.text('tenant_id')), partOfIss: 'tenant_id' },
    optional('unique_name', 'user@example.com'),
    optional('upn', 'user@example.com'),
    text('uti', 'exampleUti'),
    text('ver', '1.0'),
  ],
  endpoints: {
    jwks_uri: `${LOGIN}/discovery/keys`,
    authorization_endpoint: `${LOGIN}/oauth2/authorize`,
    token_endpoint: `${LOGIN}/oauth2/token`,
    userinfo_endpoint: `${LOGIN}/openid/userinfo`,
    device_authorization_endpoint: `${LOGIN}/oauth2/devicecode`,
    end_session_endpoint: `${LOGIN}/oauth2/logout`,
  },
  provider: { client: 'appid', scope: 'scp', scopeIsList: false, clientIsSubject: false },
  aws: { kind: 'accepted', clientId: `api://${CLIENT}` },
  unconfirmed: ['lifetime', 'discovery document', 'path of jwks_uri'],
};

const AZURE_DEVOPS: Preset = {
  id: 'azure-devops',
  title: 'Azure DevOps, its own issuer',
  verification: 'unconfirmed',
  issuer: 'https://vstoken.dev.azure.com/${organization_id}',
  parameters: { organization_id: '4f8f0a6e-0d6e-4e2c-9a2b-6a8f1c2d3e4f' },
  audience: 'api://AzureADTokenExchange',
  audienceForm: 'string',
  lifetime: 600,
  notBefore: 0,
  alg: 'RS256',
  header: ['typ', 'kid'],
  claims: [
    'iss',
    'sub',
    'aud',
    'jti',
    'iat',
    'nbf',
    'exp',
    { ...text('org_id', facts => facts.text('organization_id')), partOfIss: 'organization_id' },
    text('prj_id', CONNECTION),
    text('def_id', '1'),
    text('rpo_id', '8ff0d1d9-5e5a-4b3c-8e0e-1f2a3b4c5d6e'),
    text(
      'rpo_uri',
      facts => `https://dev.azure.com/${facts.text('organization')}/${facts.text('project')}/_git/my-repo`,
    ),
    text('rpo_ver', 'e6b9eb29a288b27a3a82cc19c48b9d94b80aff36'),
    text('rpo_ref', 'refs/heads/main'),
    text('run_id', '22'),
  ],
  inputs: [
    text('organization', 'my-org'),
    text('project', 'my-project'),
    text('pipeline', 'my-pipeline'),
    optional('service_connection', 'my-connection'),
  ],
  subjects: [
    {
      when: 'service connection',
      applies: facts => facts.given('service_connection'),
      form: 'sc://${organization}/${project}/${service_connection}',
    },
    { when: 'pipeline', form: 'p://${organization}/${project}/${pipeline}' },
  ],
  keys: { kid: 'thumbprint' },
  endpoints: { jwks_uri: '${issuer}/.well-known/jwks' },
  discovery: { id_token_signing_alg_values_supported: ['RS256'] },
  delivery: 'POST $SYSTEM_OIDCREQUESTURI?api-version=7.1 with the bearer token $SYSTEM_ACCESSTOKEN',
  protocols: [azureDevOpsProtocol('service_connection')],
  platform: AZURE_DEVOPS_PLATFORM,
  aws: { kind: 'accepted', clientId: 'api://AzureADTokenExchange' },
  unconfirmed: ['lifetime', 'jwks_uri', 'types of def_id and run_id', 'how to request an audience'],
  sources: [
    'https://learn.microsoft.com/en-us/azure/devops/pipelines/release/configure-workload-identity',
    'https://learn.microsoft.com/en-us/rest/api/azure/devops/distributedtask/oidctoken/create',
  ],
};

const base64Guid = (guid: string): string => Buffer.from(guid.replaceAll('-', ''), 'hex').toString('base64url');

const { provider: _provider, ...ENTRA_ISSUER } = ENTRA_V2;

const AZURE_DEVOPS_ENTRA: Preset = {
  ...ENTRA_ISSUER,
  id: 'azure-devops-entra',
  title: 'Azure DevOps service connection, Entra issuer',
  verification: 'unconfirmed',
  audience: 'api://AzureADTokenExchange',
  claims: ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp'],
  inputs: [
    text('tenant_part', facts => base64Guid(facts.text('tenant_id'))),
    text('app_part', base64Guid(CLIENT)),
    text('organization_id', '4f8f0a6e-0d6e-4e2c-9a2b-6a8f1c2d3e4f'),
    text('connection_id', CONNECTION),
  ],
  subjects: [
    {
      when: 'service connection',
      form: '/eid1/c/pub/t/${tenant_part}/a/${app_part}/sc/${organization_id}/${connection_id}',
    },
  ],
  delivery: 'as azure-devops, with serviceConnectionId',
  protocols: [azureDevOpsProtocol('connection_id')],
  platform: AZURE_DEVOPS_PLATFORM,
  aws: { kind: 'accepted', clientId: 'api://AzureADTokenExchange' },
  unconfirmed: ['lifetime', 'claims beyond iss, sub and aud', 'format of tenant and application in sub'],
  sources: ['https://learn.microsoft.com/en-us/azure/devops/pipelines/release/configure-workload-identity'],
};

export const MICROSOFT: readonly Preset[] = [ENTRA_V2, ENTRA_V1, AZURE_DEVOPS, AZURE_DEVOPS_ENTRA];
