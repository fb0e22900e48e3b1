/** A call whose caller or signature is refused has one decision, without the token and the secret, and keeps nothing of the request. */
import { expect, it } from 'vitest';
import {
  allow,
  arn,
  type Call,
  iam,
  lookUp,
  type Row,
  row,
  sts,
  testRefusals,
  unsigned,
  useRefusals,
} from './calls.ts';

const refusals = await useRefusals();
const { bed, send, session, userKeys } = refusals;

const HOUR = 3_600_000;
const UNKNOWN = { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: 'a wrong secret' };
const who = (more: Partial<Call>): Call => ({ ...sts('GetCallerIdentity'), ...more });
const signedBy = (accessKeyId: unknown) => ({ principal: { accessKeyId } });
const aKey = signedBy(expect.stringMatching(/^A[KS]IA\w{16}$/));
const test = signedBy('test');
const authorization = (text: string): Partial<Call> => ({ change: headers => ({ ...headers, authorization: text }) });
const scopeOf = (service: string): Partial<Call> => ({
  change: headers => ({
    ...headers,
    authorization: String(headers['authorization']).replace('/cloudtrail/', `/${service}/`),
  }),
});
const withoutToken = async () => ({ ...(await session()), sessionToken: '' });

// biome-ignore format: a table
const rows: readonly Row[] = [
  row('an unknown key', () => who({ keys: UNKNOWN }),
    403, 'InvalidClientTokenId', 'credentials', /^The access key AKIAUNKNOWN000000000 does not exist\.$/, { reason: 'unknown-key', ...signedBy(UNKNOWN.accessKeyId) }),
  row('an unknown key of AssumeRole', () => sts('AssumeRole', { RoleArn: arn('role/deploy') }, UNKNOWN),
    403, 'InvalidClientTokenId', 'credentials', /does not exist\.$/, { reason: 'unknown-key', resource: arn('role/deploy'), ...signedBy(UNKNOWN.accessKeyId) }),
  row('a secret key in the place of the ID', () => who({ keys: { accessKeyId: 'S3cret'.repeat(6), secretAccessKey: 'a wrong secret' } }),
    403, 'InvalidClientTokenId', 'credentials', /^The access key S3cr… does not exist\.$/, { reason: 'unknown-key', ...signedBy('S3cr…') }),
  row('an inactive key', async () => { const keys = await userKeys(allow('*')); await send(iam('UpdateAccessKey', { UserName: 'ann', AccessKeyId: keys.accessKeyId, Status: 'Inactive' })); return who({ keys }); },
    403, 'InvalidClientTokenId', 'credentials', /is inactive\.$/, { reason: 'inactive-key', ...aKey }),
  row('a temporary key without its token', async () => who({ keys: await withoutToken() }),
    403, 'InvalidClientTokenId', 'credentials', /^The access key is temporary and the request has no session token\.$/, { reason: 'unknown-key', ...aKey }),
  row('the token of another key', async () => who({ keys: { ...(await session()), accessKeyId: 'test', secretAccessKey: 'test' } }),
    403, 'InvalidClientTokenId', 'credentials', /belongs to another access key\.$/, { reason: 'foreign-session', ...test }),
  row('a token that is none', () => who({ keys: { ...UNKNOWN, sessionToken: 'a-secret-token' } }),
    403, 'InvalidClientTokenId', 'credentials', /did not issue the session token\.$/, { reason: 'unknown-session', ...signedBy(UNKNOWN.accessKeyId) }),
  row('an expired session', async () => { const keys = await session(); await bed.control('PUT', '/clock', { advance: 'PT2H' }); return iam('ListUsers', {}, keys); },
    403, 'ExpiredToken', 'credentials', /^The session expired at 20/, { reason: 'expired-session', ...aKey }),
  row('a deleted principal', async () => { const keys = await session(); await send(iam('DeleteRolePolicy', { RoleName: 'deploy', PolicyName: 'p' })); await send(iam('DeleteRole', { RoleName: 'deploy' })); return who({ keys }); },
    403, 'InvalidClientTokenId', 'credentials', /^The role of the session was deleted\.$/, { reason: 'deleted-principal', ...aKey }),
  row('no signature', () => unsigned(who({})), 403, 'MissingAuthenticationToken', 'credentials', /^The request is not signed/, { reason: 'no-credentials', principal: null }),
  row('a wrong secret', () => who({ keys: { accessKeyId: 'test', secretAccessKey: 'a wrong secret' } }),
    403, 'SignatureDoesNotMatch', 'signature', /^The signature was computed for a different request or with a different secret key\.$/, { reason: 'signature-mismatch', ...test }),
  row('a slow clock', () => who({ at: Date.now() - HOUR }), 403, 'SignatureDoesNotMatch', 'signature', /^Signature expired: /, { reason: 'signature-expired', ...test }),
  row('a fast clock', () => who({ at: Date.now() + HOUR }), 403, 'SignatureDoesNotMatch', 'signature', /^Signature not yet current: /, { reason: 'signature-in-future', ...test }),
  row('the scope of another service', () => ({ ...lookUp('{}'), ...scopeOf('iam') }),
    403, 'InvalidSignatureException', 'signature', /scoped to correct service: 'cloudtrail'/, { reason: 'credential-scope', ...test }),
  row('a signature without its parts', () => who(authorization('AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sts/aws4_request')),
    400, 'IncompleteSignature', 'signature', /requires 'Signature' parameter.*Authorization=…$/, test),
  row('a token in the place of a signature', () => unsigned(who(authorization('Bearer a-secret-token'))),
    400, 'IncompleteSignature', 'signature', /^'…' not a valid key=value pair .*: '…'\.$/, { principal: null }),
  row('a secret key in the scope', () => who(authorization('AWS4-HMAC-SHA256 Credential=a/secret/key, SignedHeaders=host, Signature=0')),
    400, 'IncompleteSignature', 'signature', /got '…'$/, signedBy('a')),
];

testRefusals(refusals, rows);

it.each([['outcome=denied&limit=1'], [`principal=${UNKNOWN.accessKeyId}`], ['action=GetCallerIdentity']])(
  'the decision log finds the refusal with %s',
  async filter => {
    const { decision: id } = await send(who({ keys: UNKNOWN }));
    await send(who({}));
    expect(await bed.control('GET', `/decisions?${filter}`)).toMatchObject({ body: { decisions: [{ id }] } });
  },
);
