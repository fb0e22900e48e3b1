/** Replays AWS's recorded answers to signed STS operations: input validation, GetWebIdentityToken, AssumeRoot. */
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  ADMIN,
  type Answer,
  type Credentials,
  createHarness,
  credentialsOf,
  type Harness,
  members,
  type Parameters,
} from '../sts/harness.ts';
import { differences, fill, items, type Json, type JsonObject, object, rowsOf, text } from './rows.ts';

const OPERATIONS: ReadonlySet<string> = new Set(['GetSessionToken', 'GetWebIdentityToken', 'AssumeRoot']);
const AUDIENCE = 'https://audience.example.invalid';
const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;
const CALLER_ARN = `arn:aws:iam::${ACCOUNT}:user/caller`;

/** Rows that contain a call. The others describe a finding in words, which test/sts tests. */
const rows = rowsOf('aws-recorded-iam.jsonl').filter(
  row => OPERATIONS.has(text(row['operation']) ?? '') && ('input' in row || 'rawQuery' in row),
);

interface Who {
  readonly credentials: Credentials;
  readonly arn: string;
}

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource = '*', Condition?: object): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});
const TOKEN = 'sts:GetWebIdentityToken';
const TAG = 'sts:TagGetWebIdentityToken';
const denyToken = { Effect: 'Deny', Action: TOKEN, Resource: '*' };

/** A user with an inline policy, and optionally a permissions boundary. */
async function userWith(harness: Harness, document: string, boundary?: string): Promise<Who> {
  await harness.iam('CreateUser', { UserName: 'caller' });
  await harness.iam('PutUserPolicy', { UserName: 'caller', PolicyName: 'p', PolicyDocument: document });
  if (boundary !== undefined) {
    const { Arn } = members(
      (await harness.iam('CreatePolicy', { PolicyName: 'boundary', PolicyDocument: boundary })).result['Policy'],
    );
    await harness.iam('PutUserPermissionsBoundary', { UserName: 'caller', PermissionsBoundary: String(Arn) });
  }
  const key = members((await harness.iam('CreateAccessKey', { UserName: 'caller' })).result['AccessKey']);
  return {
    credentials: { accessKeyId: String(key['AccessKeyId']), secretAccessKey: String(key['SecretAccessKey']) },
    arn: CALLER_ARN,
  };
}

/** A session of a role that allows both actions. */
async function roleWith(harness: Harness, parameters: Parameters = {}): Promise<Who> {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
  await harness.iam('CreateRole', { RoleName: 'role', Path: '/some/path/', AssumeRolePolicyDocument: trust });
  await harness.iam('PutRolePolicy', {
    RoleName: 'role',
    PolicyName: 'p',
    PolicyDocument: policy(allow([TOKEN, TAG])),
  });
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/some/path/role`;
  const answer = await harness.sts('AssumeRole', { RoleArn, RoleSessionName: 'session', ...parameters }, ADMIN);
  return { credentials: credentialsOf(answer), arn: `arn:aws:sts::${ACCOUNT}:assumed-role/role/session` };
}

const byConditions = policy(
  allow(TOKEN, '*', {
    'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [AUDIENCE] },
    StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
    NumericEquals: { 'sts:DurationSeconds': '300' },
  }),
);
const byTags = policy(
  allow(TOKEN),
  allow(TAG, '*', {
    StringEquals: { 'aws:RequestTag/team': 'test' },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
  }),
);

/** The callers by their description in the recordings. */
const callers: Readonly<Record<string, (harness: Harness) => Promise<Who>>> = {
  'Allow sts:* + Deny sts:GetWebIdentityToken': harness => userWith(harness, policy(allow('sts:*'), denyToken)),
  "Allow on the caller's user ARN": harness => userWith(harness, policy(allow(TOKEN, CALLER_ARN))),
  'Allow on arn:aws:sts::${account}:self': harness =>
    userWith(harness, policy(allow(TOKEN, `arn:aws:sts::${ACCOUNT}:self`))),
  'Allow on *, permissions boundary allows only iam:GetUser': harness =>
    userWith(harness, policy(allow(TOKEN)), policy(allow('iam:GetUser'))),
  'Allow sts:GetWebIdentityToken on *': harness => userWith(harness, policy(allow(TOKEN))),
  'Allow both actions on *': harness => userWith(harness, policy(allow([TOKEN, TAG]))),
  'Allow with ForAllValues:StringEquals sts:IdentityTokenAudience=[the audience], StringEquals sts:SigningAlgorithm=RS256, NumericEquals sts:DurationSeconds=300':
    harness => userWith(harness, byConditions),
  'Allow sts:GetWebIdentityToken; Allow sts:TagGetWebIdentityToken with StringEquals aws:RequestTag/team=test and ForAllValues:StringEquals aws:TagKeys=[team]':
    harness => userWith(harness, byTags),
  'GetFederationToken credentials whose session policy allows it': async harness => ({
    credentials: credentialsOf(
      await harness.sts('GetFederationToken', { Name: 'federated', Policy: policy(allow('*')) }, ADMIN),
    ),
    arn: `arn:aws:sts::${ACCOUNT}:federated-user/federated`,
  }),
  'assumed role allowed both actions on *': harness => roleWith(harness),
  'assumed role, 900 s session': harness => roleWith(harness, { DurationSeconds: 900 }),
  'assumed role allowed, session policy Deny sts:GetWebIdentityToken': harness =>
    roleWith(harness, { Policy: policy(allow('*'), denyToken) }),
};

describe(`aws-recorded-iam.jsonl, ${rows.length} rows of STS`, () => {
  it.each(rows.map(row => ({ id: String(row['id']), row })))('$id', async ({ row }) => {
    const harness = createHarness();
    const described = text(row['callerPolicy']);
    const make = described === undefined ? undefined : callers[described];
    if (described !== undefined && make === undefined) throw new Error(`unknown caller description: ${described}`);
    const who = make === undefined ? { credentials: ADMIN, arn: ADMIN_ARN } : await make(harness);
    const places = {
      account: ACCOUNT,
      caller_arn: who.arn,
      role_name: 'role',
      session: 'session',
      provider_name: 'provider',
    };
    const filled = fill(row, places);
    const parameters = { ...flatten(object(filled['input'])), ...(object(row['rawQuery']) as Parameters) };
    const answer = await harness.sts(String(row['operation']), parameters, who.credentials);
    expect(differences(object(filled['expect']), observed(answer))).toEqual([]);
  });
});

/** Members in Query protocol form: `X.member.N.Y`. */
function flatten(input: JsonObject, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) Object.assign(found, flattenValue(`${prefix}${name}`, value));
  return found;
}

function flattenValue(name: string, value: Json): Record<string, string> {
  if (Array.isArray(value)) {
    return Object.assign({}, ...items(value).map((item, at) => flattenValue(`${name}.member.${at + 1}`, item)));
  }
  return typeof value === 'object' && value !== null ? flatten(object(value), `${name}.`) : { [name]: String(value) };
}

const observed = (answer: Answer): Record<string, unknown> => ({
  ok: answer.status === 200,
  code: answer.code,
  message: answer.message,
  httpStatus: answer.status,
});
