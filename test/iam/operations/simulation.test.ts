/** The policy simulator beyond the recorded rows: principals, boundaries, organization levels, exclusions, positions. */
import type { EvaluationResult } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../parity/iam-rows.ts';
import { arn, ROOT_TRUST, send } from '../fixtures.ts';
import { ACCOUNT, createHarness, type Harness } from '../harness.ts';

const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, rest: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest });
const deny = (Action: string) => ({ Effect: 'Deny', Action, Resource: '*' });

async function custom(input: object, harness = createHarness()): Promise<readonly EvaluationResult[]> {
  const { EvaluationResults } = await send(harness, 'SimulateCustomPolicy', {
    ActionNames: ['s3:GetObject'],
    ...input,
  });
  return EvaluationResults as EvaluationResult[];
}

async function ofPrincipal(harness: Harness, input: object): Promise<EvaluationResult> {
  const { EvaluationResults } = await send(harness, 'SimulatePrincipalPolicy', {
    PolicySourceArn: arn('user/u'),
    ActionNames: ['s3:GetObject'],
    ...input,
  });
  return (EvaluationResults as [EvaluationResult])[0];
}

describe('SimulateCustomPolicy', () => {
  it('returns one result per action, in the order of the actions, in pages', async () => {
    const ActionNames = ['s3:GetObject', 'ec2:RunInstances', 's3:PutObject'];
    const PolicyInputList = [policy(allow('s3:*'))];
    const all = await custom({ PolicyInputList, ActionNames });
    expect(all.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision])).toEqual([
      ['s3:GetObject', 'allowed'],
      ['ec2:RunInstances', 'implicitDeny'],
      ['s3:PutObject', 'allowed'],
    ]);
    const harness = createHarness();
    const first = await send(harness, 'SimulateCustomPolicy', { PolicyInputList, ActionNames, MaxItems: 2 });
    expect(first).toMatchObject({ IsTruncated: true });
    const rest = await send(harness, 'SimulateCustomPolicy', { PolicyInputList, ActionNames, Marker: first['Marker'] });
    expect(rest).toMatchObject({ IsTruncated: false, EvaluationResults: [{ EvalActionName: 's3:PutObject' }] });
  });

  it('names the matched statement by its list, with its position in the text', async () => {
    const document =
      '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Effect":"Allow","Action":"ec2:*","Resource":"*"},\n    {\n      "Effect": "Allow",\n      "Action": "s3:*",\n      "Resource": "*"\n    }\n  ]\n}';
    const [result] = await custom({ PolicyInputList: [policy(deny('ec2:*')), document] });
    expect(result?.MatchedStatements).toEqual([
      {
        SourcePolicyId: 'PolicyInputList.2',
        SourcePolicyType: 'none',
        StartPosition: { Line: 5, Column: 5 },
        EndPosition: { Line: 9, Column: 6 },
      },
    ]);
  });

  it('lists the condition keys without a value in the request', async () => {
    const condition = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } } };
    const PolicyInputList = [policy(allow('s3:*', condition))];
    const [without] = await custom({ PolicyInputList });
    expect(without).toMatchObject({ EvalDecision: 'implicitDeny', MissingContextValues: ['aws:PrincipalTag/team'] });
    const entry = (values: string[]) => ({
      ContextKeyName: 'aws:principaltag/TEAM',
      ContextKeyType: 'string',
      ContextKeyValues: values,
    });
    const [given] = await custom({ PolicyInputList, ContextEntries: [entry(['blue'])] });
    expect(given).toMatchObject({ EvalDecision: 'allowed', MissingContextValues: [] });
  });

  it('list keys are multi-valued, others are not', async () => {
    const PolicyInputList = [
      policy(allow('s3:*', { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } } })),
    ];
    const decide = async (ContextKeyType: string, ContextKeyValues: string[]) => {
      const ContextEntries = [{ ContextKeyName: 'aws:TagKeys', ContextKeyType, ContextKeyValues }];
      return (await custom({ PolicyInputList, ContextEntries }))[0]?.EvalDecision;
    };
    expect(await decide('stringList', ['a', 'b'])).toBe('implicitDeny');
    expect(await decide('stringList', ['a'])).toBe('allowed');
  });

  it('shows whether the boundary allowed', async () => {
    const PolicyInputList = [policy(allow('s3:*'))];
    const [result] = await custom({ PolicyInputList, PermissionsBoundaryPolicyInputList: [policy(allow('ec2:*'))] });
    expect(result).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
  });

  it('every level of the organization must allow', async () => {
    const level = (...documents: readonly string[]) => ({ ServiceControlPolicyInputList: documents });
    const everything = policy(allow('*'));
    const decide = async (levels: readonly object[]) => {
      const input = { PolicyInputList: [policy(allow('s3:*'))], OrderedOrganizationPolicyInputList: levels };
      const [result] = await custom(input);
      return [result?.EvalDecision, result?.OrganizationsDecisionDetail?.AllowedByOrganizations];
    };
    expect(await decide([level(everything), level(everything)])).toEqual(['allowed', true]);
    expect(await decide([level(everything), level(policy(allow('ec2:*')))])).toEqual(['implicitDeny', false]);
    expect(await decide([level(policy(allow('ec2:*'))), level(policy(deny('s3:*')))])).toEqual(['explicitDeny', false]);
  });

  it('a resource policy can allow another account what its own policies allow', async () => {
    const ResourcePolicy = policy({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:user/guest' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::bucket/*',
    });
    const input = {
      PolicyInputList: [policy(allow('s3:*'))],
      ResourceArns: ['arn:aws:s3:::bucket/object'],
      ResourceOwner: `arn:aws:iam::${ACCOUNT}:root`,
      CallerArn: 'arn:aws:iam::111111111111:user/guest',
    };
    expect((await custom({ ...input, ResourcePolicy }))[0]?.EvalDecision).toBe('allowed');
    expect((await custom(input))[0]?.EvalDecision).toBe('implicitDeny');
  });

  it.each([
    ['an invalid policy', { PolicyInputList: ['nonsense'] }],
    ['an invalid caller', { PolicyInputList: [policy(allow('s3:*'))], CallerArn: 'nobody at all' }],
  ])('%s is InvalidInput', async (_, input) => {
    const answer = await answerOf(
      send(createHarness(), 'SimulateCustomPolicy', { ActionNames: ['s3:GetObject'], ...input }),
    );
    expect(answer).toMatchObject({ code: 'InvalidInput', httpStatus: 400 });
  });
});

describe('SimulatePrincipalPolicy', () => {
  async function user() {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    await send(harness, 'CreateGroup', { GroupName: 'g' });
    await send(harness, 'AddUserToGroup', { GroupName: 'g', UserName: 'u' });
    return harness;
  }

  it.each([
    [
      'inline',
      'PutUserPolicy',
      { UserName: 'u', PolicyName: 'p', PolicyDocument: policy(allow('s3:*')) },
      'user_u_p',
      'user',
    ],
    [
      'of a group',
      'PutGroupPolicy',
      { GroupName: 'g', PolicyName: 'p', PolicyDocument: policy(allow('s3:*')) },
      'group_g_p',
      'group',
    ],
    [
      'of AWS',
      'AttachUserPolicy',
      { UserName: 'u', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
      'AmazonS3FullAccess',
      'aws-managed',
    ],
  ])('a policy %s', async (_, operation, input, SourcePolicyId, SourcePolicyType) => {
    const harness = await user();
    expect(await ofPrincipal(harness, {})).toMatchObject({ EvalDecision: 'implicitDeny', MatchedStatements: [] });
    await send(harness, operation, input);
    expect(await ofPrincipal(harness, {})).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId, SourcePolicyType }],
    });
  });

  it('the boundary applies, and can be excluded like policies', async () => {
    const harness = await user();
    await send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'p', PolicyDocument: policy(allow('s3:*')) });
    await send(harness, 'CreatePolicy', { PolicyName: 'edge', PolicyDocument: policy(allow('ec2:*')) });
    await send(harness, 'PutUserPermissionsBoundary', { UserName: 'u', PermissionsBoundary: arn('policy/edge') });
    expect(await ofPrincipal(harness, {})).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
    const without = (...PolicyExclusionList: readonly object[]) => ofPrincipal(harness, { PolicyExclusionList });
    const boundary = { PolicyType: 'permission-boundary' };
    expect(await without(boundary)).toMatchObject({ EvalDecision: 'allowed' });
    const inline = { PolicyName: 'p', AttachmentType: 'user', AttachmentName: '*' };
    expect(await without(boundary, { InlinePolicyIdentifier: inline })).toMatchObject({ EvalDecision: 'implicitDeny' });
    expect(await without(boundary, { PolicyType: 'inline' })).toMatchObject({ EvalDecision: 'implicitDeny' });
    expect(await without(boundary, { PolicyArn: arn('policy/other*') })).toMatchObject({ EvalDecision: 'allowed' });
  });

  it('roles and groups are sources too; sessions and unknown entities are not', async () => {
    const harness = await user();
    await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    expect(await ofPrincipal(harness, { PolicySourceArn: arn('role/r') })).toMatchObject({
      EvalDecision: 'implicitDeny',
    });
    expect(await ofPrincipal(harness, { PolicySourceArn: arn('group/g') })).toMatchObject({
      EvalDecision: 'implicitDeny',
    });
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`;
    const input = { PolicySourceArn: session, ActionNames: ['s3:GetObject'] };
    expect(await answerOf(send(harness, 'SimulatePrincipalPolicy', input))).toMatchObject({
      code: 'InvalidInput',
      httpStatus: 400,
      message: `Invalid ARN provided in the request: ${session}`,
    });
    expect(
      await answerOf(send(harness, 'SimulatePrincipalPolicy', { ...input, PolicySourceArn: arn('user/nobody') })),
    ).toMatchObject({
      code: 'NoSuchEntity',
      message: 'The user with name nobody cannot be found.',
    });
  });

  it('GetContextKeysForPrincipalPolicy reads all policies of a user and its groups', async () => {
    const harness = await user();
    const asking = (key: string) => policy(allow('s3:*', { Condition: { StringEquals: { [key]: 'x' } } }));
    await send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'p', PolicyDocument: asking('aws:SourceIp') });
    await send(harness, 'PutGroupPolicy', { GroupName: 'g', PolicyName: 'p', PolicyDocument: asking('aws:username') });
    const { ContextKeyNames } = await send(harness, 'GetContextKeysForPrincipalPolicy', {
      PolicySourceArn: arn('user/u'),
      PolicyInputList: [asking('aws:UserAgent')],
    });
    expect([...(ContextKeyNames as string[])].sort()).toEqual(['aws:SourceIp', 'aws:UserAgent', 'aws:username']);
  });
});
