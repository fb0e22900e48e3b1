/** A call that its parameters or the checks of its operation refuse has one decision with the failed step. */
import { describe, expect } from 'vitest';
import {
  arn,
  iam,
  lookUp,
  type Row,
  row,
  sessionKeys,
  sts,
  testRefusals,
  trusting,
  unsigned,
  useRefusals,
} from './calls.ts';

const refusals = await useRefusals();
const { send, createRole, session } = refusals;

const SESSION = { RoleSessionName: 'test-session' };
const DEPLOY = { RoleArn: arn('role/deploy'), ...SESSION };
const NONE = { RoleArn: arn('role/none'), ...SESSION };
const SAML = { RoleArn: arn('role/none'), PrincipalArn: arn('saml-provider/none'), SAMLAssertion: 'AAAA' };
const TASK = { 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' };
const anyReason = { reason: expect.any(String) };

// biome-ignore format: a table
const checks: readonly Row[] = [
  row('AssumeRole: no such role', () => sts('AssumeRole', NONE),
    403, 'AccessDenied', 'role', /role\/none/, { reason: 'unknown-role', resource: NONE.RoleArn }),
  row('AssumeRole: the trust policy', async () => { await createRole(); await send(iam('UpdateAssumeRolePolicy', { RoleName: 'deploy', PolicyDocument: trusting({ AWS: '111122223333' }) })); return sts('AssumeRole', DEPLOY); },
    403, 'AccessDenied', 'policies', /trust policy/, { reason: 'implicit-deny', resource: DEPLOY.RoleArn }),
  row('AssumeRole: after the policies', async () => { await createRole(); return sts('AssumeRole', { ...DEPLOY, DurationSeconds: '43200' }); },
    400, 'ValidationError', 'duration', /./, { ...anyReason, resource: DEPLOY.RoleArn }),
  row('AssumeRoleWithWebIdentity: no token', () => unsigned(sts('AssumeRoleWithWebIdentity', { ...NONE, WebIdentityToken: 'none' })),
    400, 'InvalidIdentityToken', 'token-parsed', /./, { reason: 'not-a-jwt', resource: NONE.RoleArn, principal: null }),
  row('AssumeRoleWithSAML: no such provider', () => unsigned(sts('AssumeRoleWithSAML', SAML)),
    400, 'InvalidIdentityToken', 'provider', /has no SAML provider/, { reason: 'unknown-provider', resource: SAML.RoleArn, principal: { type: 'federated', provider: SAML.PrincipalArn } }),
  row('GetSessionToken: a session', async () => sts('GetSessionToken', {}, await session()),
    403, 'AccessDenied', 'caller', /requires long-term credentials/, { reason: 'session-credentials', resource: expect.stringMatching(/assumed-role/), principal: { type: 'role-session' } }),
  row('GetFederationToken: a session', async () => sts('GetFederationToken', { Name: 'bob' }, await session()),
    403, 'AccessDenied', 'caller', /requires long-term credentials/, { reason: 'session-credentials', resource: expect.stringMatching(/federated-user\/bob$/), principal: { type: 'role-session' } }),
  row('AssumeRoot: no organization', () => sts('AssumeRoot', { TargetPrincipal: '111122223333', ...TASK }),
    403, 'AccessDenied', 'organization', /declares no organization/, { reason: 'no-organization', resource: 'arn:aws:iam::111122223333:root' }),
  row('GetWebIdentityToken: not enabled', () => sts('GetWebIdentityToken', { 'Audience.member.1': 'vault', SigningAlgorithm: 'RS256' }),
    403, 'OutboundWebIdentityFederationDisabledException', 'feature', /is disabled in account/, { reason: 'outbound-disabled', resource: expect.stringMatching(/self$/) }),
  row('GetDelegatedAccessToken: another token', () => sts('GetDelegatedAccessToken', { TradeInToken: 'none' }),
    400, 'ValidationError', 'token', /did not create the token/, { reason: 'bad-trade-in-token' }),
  row('IAM: a GetSessionToken session without MFA', async () => iam('ListUsers', {}, sessionKeys((await send(sts('GetSessionToken'))).result)),
    403, 'InvalidClientTokenId', 'credentials', /only with MFA/, { reason: 'session-without-mfa', resource: arn('user/') }),
];

const CONSTRAINT = { reason: 'constraint' };
const broken = /validation errors? detected: Value/;
const missing: readonly (readonly [string, object])[] = [
  ['AssumeRoot', { TargetPrincipal: '1' }],
  ['DecodeAuthorizationMessage', {}],
  ['GetAccessKeyInfo', { AccessKeyId: 'short' }],
  ['GetDelegatedAccessToken', {}],
  ['GetFederationToken', { Name: 'x' }],
  ['GetSessionToken', { DurationSeconds: '1' }],
  ['GetWebIdentityToken', { SigningAlgorithm: 'RS256' }],
];

// biome-ignore format: a table
const parameters: readonly Row[] = [
  row('AssumeRole: a constraint', () => sts('AssumeRole', { ...DEPLOY, RoleSessionName: 'x' }),
    400, 'ValidationError', 'parameters', broken, { ...CONSTRAINT, resource: DEPLOY.RoleArn }),
  row('AssumeRole: an absent parameter', () => sts('AssumeRole', SESSION), 400, 'ValidationError', 'parameters', broken, CONSTRAINT),
  row('AssumeRole: a long text', () => sts('AssumeRole', { ...SESSION, RoleArn: `arn:${'x'.repeat(9000)}` }),
    400, 'ValidationError', 'parameters', broken, { ...CONSTRAINT, resource: expect.stringMatching(/^arn:x{2000,2048}…$/) }),
  row('AssumeRole: a number', () => sts('AssumeRole', { ...DEPLOY, DurationSeconds: 'long' }),
    400, 'MalformedInput', 'parameters', /^The value of a parameter must be an integer of 32 bits\.$/, { resource: DEPLOY.RoleArn }),
  row('AssumeRoleWithWebIdentity: an absent token', () => unsigned(sts('AssumeRoleWithWebIdentity', DEPLOY)),
    400, 'ValidationError', 'parameters', broken, { ...CONSTRAINT, resource: DEPLOY.RoleArn, principal: null }),
  row('AssumeRoleWithSAML: a duration', () => unsigned(sts('AssumeRoleWithSAML', { ...SAML, DurationSeconds: '1' })),
    400, 'ValidationError', 'parameters', broken, { ...CONSTRAINT, resource: SAML.RoleArn, principal: null }),
  ...missing.map(([name, fields]) => row(name, () => sts(name, fields), 400, 'ValidationError', 'parameters', broken, CONSTRAINT)),
  row('IAM: an absent parameter', () => iam('CreateRole'), 400, 'ValidationError', 'parameters', broken, CONSTRAINT),
  row('CloudTrail: a body that is not JSON', () => lookUp('{'), 400, 'SerializationException', 'parameters', /^The body is not JSON/),
  row('CloudTrail: a value of another type', () => lookUp('{"MaxResults":"1"}'), 400, 'SerializationException', 'parameters', /another type\.$/),
];

describe('checks', () => testRefusals(refusals, checks));
describe('parameters', () => testRefusals(refusals, parameters));
