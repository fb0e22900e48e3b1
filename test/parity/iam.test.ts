/** Replays AWS's recorded IAM answers with the AWS SDK through the pipeline. For the row format, see recorded/README.md. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import * as sdk from '@aws-sdk/client-iam';
import { afterAll, describe, expect, it } from 'vitest';
import { roleByName } from '../../src/accounts/model.ts';
import { encryptSession, sessionSecret, temporaryKeyId } from '../../src/authorization/principals.ts';
import { send } from '../iam/fixtures.ts';
import { ACCOUNT, createHarness, type Harness } from '../iam/harness.ts';
import { type Answer, answerOf, compared, type Row, readRows } from './iam-rows.ts';

const UNIQUE = 'q7w2e9';
const rows = readRows('aws-recorded-iam.jsonl', {
  account: ACCOUNT,
  unique: UNIQUE,
  UNIQUE: UNIQUE.toUpperCase(),
  name: 'recorded',
  caller_arn: `arn:aws:iam::${ACCOUNT}:user/scoped`,
});

const replayed = new Map<string, number>();
const taken = new Set<Row>();

/** The rows of one kind; each row belongs to the first kind whose predicate matches. */
function kind(name: string, is: (row: Row) => boolean): readonly Row[] {
  const found = rows.filter(row => !taken.has(row) && is(row));
  for (const row of found) taken.add(row);
  replayed.set(name, found.length);
  return found;
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
});
const policy = (...statements: readonly unknown[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const expectMatch = (row: Row, answer: Answer): void => {
  const [actual, expected] = compared(row, answer);
  expect(actual).toEqual(expected);
};

const trustWrites = kind('trust writes', row => row.operation === 'UpdateAssumeRolePolicy');
describe(`trust writes: ${trustWrites.length} rows`, () => {
  it.each(trustWrites)('$id', async row => {
    const iam = createHarness().client();
    await iam.send(new sdk.CreateRoleCommand({ RoleName: 'trusting', AssumeRolePolicyDocument: TRUST }));
    const PolicyDocument = JSON.stringify(row.trustPolicy);
    expectMatch(
      row,
      await answerOf(iam.send(new sdk.UpdateAssumeRolePolicyCommand({ RoleName: 'trusting', PolicyDocument }))),
    );
  });
});

const lifeCycle = kind('provider lifecycle', row => row.sequence !== undefined);
describe(`provider lifecycle: ${lifeCycle.length} rows in order`, () => {
  const harness = createHarness();
  const iam = harness.client();
  const created = new Map<string, unknown>();
  it.each(lifeCycle)('$id', async row => {
    const arn = String(row.input?.['OpenIDConnectProviderArn']);
    // "Before a step marked 'after deletion' the provider has been deleted."
    if (/after deletion/.test(String((row as { notes?: unknown }).notes))) {
      await answerOf(iam.send(new sdk.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })));
    }
    const answer = await answerOf(send(harness, row.operation, row.input ?? {}));
    expectMatch(row, answer);
    const { CreateDate } = answer.output;
    const dates: Readonly<Record<string, unknown>> = { ISO: expect.any(Date), unchanged: created.get(arn) };
    const recorded = Object.entries(row.expect.output ?? {}).map(([name, value]) => [
      name,
      dates[String(value)] ?? value,
    ]);
    expect(answer.output).toEqual(Object.fromEntries(recorded));
    created.set(arn, CreateDate ?? created.get(arn));
  });
});

const conditions = kind(
  'conditions during authorization',
  row => row.operation === 'iam:TagUser under a session policy',
);
describe(`conditions during authorization: ${conditions.length} rows`, () => {
  const effects = (row: Row): readonly string[] =>
    row.effect === undefined ? ['Allow', 'Deny'] : [row.effect.split(' ')[0] ?? ''];
  const cases = conditions.flatMap(row => effects(row).map(effect => ({ id: row.id, effect, row })));
  it.each(cases)('$id ($effect)', async ({ effect, row }) => {
    const harness = createHarness();
    const iam = harness.client();
    await iam.send(new sdk.CreateUserCommand({ UserName: 'probe' }));
    await iam.send(new sdk.CreateRoleCommand({ RoleName: 'narrowed', AssumeRolePolicyDocument: TRUST }));
    const all = policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' });
    await iam.send(new sdk.PutRolePolicyCommand({ RoleName: 'narrowed', PolicyName: 'all', PolicyDocument: all }));
    const narrowing = { Effect: effect, Action: 'iam:TagUser', Resource: '*', Condition: row.condition };
    const extra = effect === 'Deny' ? [{ Effect: 'Allow', Action: 'iam:TagUser', Resource: '*' }] : [];
    const narrowed = harness.client(roleSession(harness, 'narrowed', policy(narrowing, ...extra)));
    const answer = await answerOf(narrowed.send(new sdk.TagUserCommand({ UserName: 'probe', Tags: tagsOf(row) })));
    expect(answer.code).toBe(answer.ok ? null : 'AccessDenied');
    const { allowed, conditionMatches } = row.expect;
    if (typeof allowed === 'boolean') expect(answer.ok).toBe(allowed);
    if (typeof conditionMatches === 'boolean') expect(answer.ok).toBe((effect === 'Allow') === conditionMatches);
  });
});

const simulations = kind('simulator', row => row.operation === 'SimulateCustomPolicy');
describe(`simulator: ${simulations.length} rows`, () => {
  it.each(simulations)('$id', async row => {
    const iam = createHarness().client();
    const custom = row.policy ?? JSON.parse(policy(tagUserStatement(row.condition)));
    const { EvaluationResults: [result] = [] } = await iam.send(
      new sdk.SimulateCustomPolicyCommand({
        PolicyInputList: [JSON.stringify(custom)],
        ActionNames: [row.action ?? 'iam:TagUser'],
        ResourceArns: row.resources === undefined ? undefined : [...row.resources],
        ContextEntries: Object.entries(row.context ?? {}).map(([name, value]) => ({
          ContextKeyName: name,
          ContextKeyType: 'string' as const,
          ContextKeyValues: [value].flat(),
        })),
      }),
    );
    const { overall, perResource, decision } = row.expect;
    expect(result?.EvalDecision).toBe(overall ?? decision);
    // A row without resources asks about `*`.
    const perRequested = result?.ResourceSpecificResults?.map(one => one.EvalResourceDecision);
    expect(row.resources === undefined ? undefined : perRequested).toEqual(perResource);
    const shown = (result?.MatchedStatements ?? []).length;
    expect(shown > 0).toBe((overall ?? decision) !== 'implicitDeny');
  });
});

const contextKeys = kind('context keys', row => row.operation.startsWith('GetContextKeysFor'));
describe(`context keys: ${contextKeys.length} rows`, () => {
  it.each(contextKeys)('$id', async row => {
    const harness = createHarness();
    const input = row.input ?? { PolicyInputList: row.documents?.map(document => JSON.stringify(document)) };
    const answer = await answerOf(send(harness, row.operation, input));
    expectMatch(row, answer);
    const sorted = (names: unknown) => (Array.isArray(names) ? [...names].sort() : names);
    expect(sorted(answer.output['ContextKeyNames'])).toEqual(sorted(row.expect['contextKeyNames']));
  });
});

const storage = kind('policy storage', row => row.operation === 'PutUserPolicy');
describe(`policy storage: ${storage.length} rows`, () => {
  it.each(storage)('$id', async row => {
    const iam = createHarness().client();
    await iam.send(new sdk.CreateUserCommand({ UserName: 'probe' }));
    const PolicyDocument = policy(tagUserStatement(row.condition));
    expectMatch(
      row,
      await answerOf(iam.send(new sdk.PutUserPolicyCommand({ UserName: 'probe', PolicyName: 'p', PolicyDocument }))),
    );
  });
});

const identityInputs = kind('identity inputs', row => row.id.startsWith('identity_inputs/'));
describe(`identity inputs: ${identityInputs.length} rows`, () => {
  it.each(identityInputs)('$id', async row => {
    const harness = createHarness();
    const entityType = row.operation.endsWith('User') ? 'User' : 'Group';
    const member = `${entityType}Name`;
    const length = /name-length=(\d+)$/.exec(row.id)?.[1];
    const name = length === undefined ? 'probe' : 'n'.repeat(Number(length));
    if (row.operation.startsWith('Update')) await send(harness, `Create${entityType}`, { [member]: name });
    const answer = await answerOf(send(harness, row.operation, { ...row.input, [member]: name }));
    expectMatch(row, answer);
    const { output } = await answerOf(send(harness, `Get${entityType}`, { [member]: name }));
    const stored = output[entityType] as { readonly Path?: string } | undefined;
    const exists = row.expect.ok === true || row.operation.startsWith('Update');
    expect(stored?.Path).toBe(row.expect['storedPath'] ?? (exists ? '/' : undefined));
  });
});

const management = kind('policy management', row => row.id.startsWith('policy_management/'));
describe(`policy management: ${management.length} rows`, async () => {
  const harness = createHarness();
  await fourPolicies(harness);
  const arnOf = (name: unknown): string => `arn:aws:iam::${ACCOUNT}:policy/${String(name)}`;
  it.each(management)('$id', async row => {
    for (const operation of row.operation.split('/')) {
      const { policy: named, ...rest } = row.input ?? {};
      const input = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
      const missing = { UserName: 'bare', GroupName: 'bare', RoleName: 'bare', PolicyArn: arnOf('unused') };
      const answer = await answerOf(
        send(
          harness,
          operation,
          row.input === undefined ? missing : named === undefined ? input : { ...input, PolicyArn: arnOf(named) },
        ),
      );
      expectMatch(row, answer);
      if (Array.isArray(row.expect['policies'])) {
        expect(namesIn(answer.output['Policies'], 'PolicyName')).toEqual([...row.expect['policies']].sort());
      }
      for (const entityType of ['Users', 'Groups', 'Roles']) {
        const count = row.expect[entityType.toLowerCase()];
        if (count !== undefined) expect(answer.output[`Policy${entityType}`]).toHaveLength(Number(count));
      }
    }
  });
});

const samlKeys = kind('SAML private keys', row => row.operation === 'CreateSAMLProvider');
describe(`SAML private keys: ${samlKeys.length} rows`, () => {
  it.each(samlKeys)('$id', async row => {
    const bits = Number(/RSA (\d+)/.exec(String(row.input?.['AddPrivateKey']))?.[1]);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const iam = createHarness().client();
    const answer = await answerOf(
      iam.send(
        new sdk.CreateSAMLProviderCommand({
          Name: 'recorded',
          SAMLMetadataDocument: metadata(),
          AddPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        }),
      ),
    );
    expectMatch(row, answer);
    expect(answer.output).toEqual(row.expect.output);
  });
});

const outbound = kind('outbound federation setting', row => /OutboundWebIdentityFederation/.test(row.operation));
describe(`outbound federation setting: ${outbound.length} rows`, () => {
  it.each(outbound)('$id', async row => {
    const harness = createHarness();
    if (row.state === 'already enabled') await send(harness, 'EnableOutboundWebIdentityFederation', {});
    const caller = row.caller === 'user allowed only on its own user ARN' ? await scopedUser(harness) : undefined;
    expectMatch(row, await answerOf(send(harness, row.operation, row.input ?? {}, caller)));
  });
});

const roleWire = kind('members of a role', row => row.id === 'role_wire/members');
describe(`members of a role: ${roleWire.length} row`, () => {
  it.each(roleWire)('$id', async () => {
    const harness = createHarness();
    const ReadOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const created = await answerOf(
      send(harness, 'CreateRole', {
        RoleName: 'wire',
        Path: '/team/',
        Description: 'a description',
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: ReadOnlyAccess,
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    );
    const always = ['Arn', 'AssumeRolePolicyDocument', 'CreateDate', 'Path', 'RoleId', 'RoleName'];
    expect(membersIn(created.output['Role'])).toEqual([...always, 'PermissionsBoundary', 'Tags'].sort());
    const got = await answerOf(send(harness, 'GetRole', { RoleName: 'wire' }));
    const whole = [...always, 'Description', 'MaxSessionDuration', 'PermissionsBoundary', 'RoleLastUsed', 'Tags'];
    expect(membersIn(got.output['Role'])).toEqual(whole.sort());
    expect(got.output['Role']).toMatchObject({
      MaxSessionDuration: 3600,
      RoleLastUsed: {},
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: ReadOnlyAccess },
    });
    const listed = await answerOf(send(harness, 'ListRoles', {}));
    const inList = Array.isArray(listed.output['Roles']) ? listed.output['Roles'][0] : undefined;
    expect(membersIn(inList)).toEqual([...always, 'Description', 'MaxSessionDuration'].sort());
    const updated = await answerOf(send(harness, 'UpdateRoleDescription', { RoleName: 'wire', Description: 'other' }));
    expect(membersIn(updated.output['Role'])).toEqual([...always, 'Description'].sort());
  });
});

/** Reasons why rows are not replayed here. A row without a reason fails the last test. */
const NOT_REPLAYED: readonly (readonly [string, (row: Row) => boolean])[] = [
  ['a row of STS', ({ operation }) => /^(GetSessionToken|GetWebIdentityToken|AssumeRoot)$/.test(operation)],
  ['a row of CloudTrail', ({ operation }) => operation === 'LookupEvents'],
  [
    'a row of an operation that is not emulated',
    ({ operation }) => /^(ListOrganizationsFeatures|GetAccountProperties)$/.test(operation),
  ],
  ['a finding as a sentence', row => 'fact' in row.expect],
];

const reasonOf = (row: Row): string => NOT_REPLAYED.find(([, is]) => is(row))?.[0] ?? 'of an unknown kind';

describe('rows that are not replayed here', () => {
  const left = rows.filter(row => !taken.has(row));
  it.each(left.map(row => ({ id: row.id, why: reasonOf(row) })))('$id is $why', ({ why }) => {
    expect(why).not.toBe('of an unknown kind');
  });
  afterAll(() => {
    const counts = [...replayed].map(([name, count]) => `  ${String(count).padStart(4)}  ${name}`);
    const notReplayed = NOT_REPLAYED.map(([name]) => {
      const count = left.filter(row => reasonOf(row) === name).length;
      return `  ${String(count).padStart(4)}  ${name}`;
    });
    process.stdout.write(
      `\nRecorded IAM rows: ${rows.length}\n replayed ${taken.size}\n${counts.join('\n')}\n not replayed here ${left.length}\n${notReplayed.join('\n')}\n`,
    );
  });
});

/** Keys of a user with all IAM permissions on itself only. */
async function scopedUser(harness: Harness) {
  const PolicyDocument = policy({ Effect: 'Allow', Action: 'iam:*', Resource: `arn:aws:iam::${ACCOUNT}:user/scoped` });
  await send(harness, 'CreateUser', { UserName: 'scoped' });
  await send(harness, 'PutUserPolicy', { UserName: 'scoped', PolicyName: 'own', PolicyDocument });
  const { AccessKey } = await harness.client().send(new sdk.CreateAccessKeyCommand({ UserName: 'scoped' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

const tagUserStatement = (Condition: unknown) => ({ Effect: 'Allow', Action: 'iam:TagUser', Resource: '*', Condition });

function tagsOf(row: Row): sdk.Tag[] {
  const keys = row.context?.['aws:TagKeys'];
  if (Array.isArray(keys)) return keys.map(Key => ({ Key, Value: 'x' }));
  const value = row.context?.['aws:RequestTag/value'];
  return typeof value === 'string' ? [{ Key: 'value', Value: value }] : [];
}

/** Credentials of a role session with an inline session policy. */
function roleSession({ deps, clock, store }: Harness, roleName: string, inlinePolicy: string) {
  const accessKeyId = temporaryKeyId(ACCOUNT, deps.random.bytes(12));
  const issuedAt = clock.now();
  const entityId = roleByName(store, ACCOUNT, roleName)?.id ?? '';
  const sessionToken = encryptSession(
    {
      kind: 'role',
      account: ACCOUNT,
      accessKeyId,
      issuedAt,
      expiresAt: issuedAt + 3_600_000,
      entityId,
      name: 's',
      inlinePolicy,
    },
    deps.sealer,
  );
  return { accessKeyId, secretAccessKey: sessionSecret(accessKeyId, deps.sealer), sessionToken };
}

/** "four local policies: attached (user+group+role), boundary (user boundary), both (group attachment + role boundary), unused" */
async function fourPolicies(harness: Harness): Promise<void> {
  const arns = new Map<string, string>();
  for (const PolicyName of ['attached', 'boundary', 'both', 'unused']) {
    const PolicyDocument = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    await send(harness, 'CreatePolicy', { PolicyName, PolicyDocument });
    arns.set(PolicyName, `arn:aws:iam::${ACCOUNT}:policy/${PolicyName}`);
  }
  for (const name of ['held', 'bare']) {
    await send(harness, 'CreateUser', { UserName: name });
    await send(harness, 'CreateGroup', { GroupName: name });
    await send(harness, 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: TRUST });
  }
  await send(harness, 'AttachUserPolicy', { UserName: 'held', PolicyArn: arns.get('attached') });
  await send(harness, 'AttachGroupPolicy', { GroupName: 'held', PolicyArn: arns.get('attached') });
  await send(harness, 'AttachRolePolicy', { RoleName: 'held', PolicyArn: arns.get('attached') });
  await send(harness, 'PutUserPermissionsBoundary', { UserName: 'held', PermissionsBoundary: arns.get('boundary') });
  await send(harness, 'AttachGroupPolicy', { GroupName: 'held', PolicyArn: arns.get('both') });
  await send(harness, 'PutRolePermissionsBoundary', { RoleName: 'held', PermissionsBoundary: arns.get('both') });
}

const membersIn = (value: unknown): readonly string[] =>
  Object.entries(value ?? {})
    .filter(([, member]) => member !== undefined)
    .map(([name]) => name)
    .sort();

const namesIn = (list: unknown, member: string): readonly unknown[] =>
  (Array.isArray(list) ? list : []).map((item: Readonly<Record<string, unknown>>) => item[member]).sort();

/** "valid metadata with validUntil 2030-01-01"; CreateSAMLProvider does not verify the certificate. */
function metadata(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = createSign('sha256').update('certificate').sign(privateKey, 'base64').repeat(3);
  return `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2030-01-01T00:00:00Z" entityID="https://idp.example.com/saml">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;
}
