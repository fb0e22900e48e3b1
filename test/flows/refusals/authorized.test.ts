/** A call that the policies allow and that is refused afterwards has one decision: refused, with the policies and AWS's reason. */
import { expect, it } from 'vitest';
import { decisionLine } from '../../../src/authorization/decision-line.ts';
import { ADMINISTRATOR } from '../../support/emulator.ts';
import { allow, arn, iam, lookUp, type Row, row, sts, TRUST, testRefusals, trusting, useRefusals } from './calls.ts';

const refusals = await useRefusals();
const { bed, send, createRole, session, userKeys } = refusals;
const { decisions } = bed.rolecall;

const TAG = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' };
const because = (sentence: string) =>
  new RegExp(`^The policies allow \\w+:\\w+; AWS refuses the request for another reason: .*${sentence}`, 's');
const role = (AssumeRolePolicyDocument: string) => iam('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument });

// biome-ignore format: a table
const rows: readonly Row[] = [
  row('an entity that exists', async () => { await createRole(); return role(TRUST); },
    409, 'EntityAlreadyExists', 'request', because('Role with name deploy already exists\\.$'), { resource: arn('role/deploy') }),
  row('an entity that does not exist', () => iam('GetRole', { RoleName: 'none' }),
    404, 'NoSuchEntity', 'request', because('The role with name none cannot be found\\.$'), { resource: arn('role/none') }),
  row('a document that is not JSON', () => role('{'),
    400, 'MalformedPolicyDocument', 'request', because('(?<=reason: )Not JSON at line 1, column 2: '), { resource: arn('role/deploy') }),
  row('a principal that does not exist', () => role(trusting({ AWS: arn('user/none') })),
    400, 'MalformedPolicyDocument', 'request', because('Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:user/none"'), { resource: arn('role/deploy') }),
  row('an entity that is in use', async () => { await session(); return iam('DeleteRole', { RoleName: 'deploy' }); },
    409, 'DeleteConflict', 'request', because('Cannot delete entity, must delete policies first\\.$'), { resource: arn('role/deploy') }),
  row('a quota', async () => { await userKeys(allow('*')); await send(iam('CreateAccessKey', { UserName: 'ann' })); return iam('CreateAccessKey', { UserName: 'ann' }); },
    409, 'LimitExceeded', 'request', because('Cannot exceed quota for AccessKeysPerUser: 2$'), { resource: arn('user/ann') }),
  row('a document of another kind', () => iam('CreateSAMLProvider', { Name: 's', SAMLMetadataDocument: 'x'.repeat(1000) }),
    400, 'InvalidInput', 'request', because('.'), { reason: 'saml-metadata', resource: arn('saml-provider/s') }),
  row('a policy that only AWS changes', () => iam('DeletePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
    403, 'AccessDenied', 'request', because('AWS managed policies are read-only\\.$'), { resource: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
  row('several targets', async () => { await userKeys(allow('*')); return iam('CreateUser', { UserName: 'ann', ...TAG }); },
    409, 'EntityAlreadyExists', 'request', because('User with name ann already exists\\.$'), { resource: arn('user/ann') }),
  row('an ARN that is none', () => iam('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: 'x'.repeat(20) }),
    400, 'ValidationError', 'request', because('.'), { resource: 'x'.repeat(20) }),
  row('a message of another instance', () => sts('DecodeAuthorizationMessage', { EncodedMessage: 'none' }),
    400, 'InvalidAuthorizationMessageException', 'request', because('This instance did not create the message'), { reason: 'foreign-message' }),
  row('an ID of no account', () => sts('GetAccessKeyInfo', { AccessKeyId: 'x'.repeat(20) }),
    400, 'ValidationError', 'request', because('The id does not contain an account number'), { reason: 'unknown-key-id' }),
  row('a number of events', () => lookUp('{"MaxResults":51}'),
    400, 'InvalidMaxResultsException', 'request', because('This exception is thrown if the limit specified is not valid\\.$')),
];

testRefusals(refusals, rows);

it('the decision shows the policies that allow the action, and has no fixes', async () => {
  const { decision: id } = await send(iam('GetRole', { RoleName: 'none' }));
  const decision = decisions.get(id);
  expect(decision).toMatchObject({
    reason: 'NoSuchEntity',
    error: { status: 404, code: 'NoSuchEntity', message: 'The role with name none cannot be found.' },
    layers: [{ layer: 'identity', outcome: 'allowed' }],
    steps: [
      {
        name: 'request',
        ok: false,
        code: 'NoSuchEntity',
        detail: { sentence: 'The role with name none cannot be found.' },
      },
    ],
    fixes: [],
  });
  expect(decision && decisionLine(decision)).toBe(
    'denied GetRole role/none: NoSuchEntity: The role with name none cannot be found.',
  );
});

it('the policies deny one of two targets: the decision is about that one', async () => {
  const keys = await userKeys(allow('iam:CreateUser'));
  const before = decisions.list().length;
  const { decision: id } = await send(iam('CreateUser', { UserName: 'bob', ...TAG }, keys));
  expect(decisions.list()).toHaveLength(before + 1);
  expect(decisions.get(id)).toMatchObject({
    action: 'iam:TagUser',
    allowed: false,
    reason: 'implicit-deny',
    steps: [],
  });
});

it('a call that succeeds has a decision for each of its targets', async () => {
  const { decision } = await send(iam('CreateUser', { UserName: 'bob', ...TAG }));
  const listed = decisions.list();
  expect(listed.map(({ action, allowed }) => [action, allowed])).toEqual([
    ['iam:TagUser', true],
    ['iam:CreateUser', true],
  ]);
  expect(listed[0]?.id).toBe(decision);
});

it('an injected fault is no decision', async () => {
  await bed.control('POST', '/faults', { match: {}, respond: { error: 'Throttling' } });
  expect(await send(sts('GetCallerIdentity', {}, ADMINISTRATOR))).toMatchObject({ code: 'Throttling', decision: '' });
  expect(decisions.list()).toEqual([]);
});
