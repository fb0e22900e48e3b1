/** Every mutation is atomic, and of two concurrent ones one gets AWS's error. */
import { beforeAll, describe, expect, it } from 'vitest';
import { iamService } from '../../src/iam/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { type Change, StoreConflict } from '../../src/store/store.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { ALLOW_S3, arn, build, contents, copyOf, type Made, mutations, ROOT_TRUST, send } from './fixtures.ts';
import { createHarness, type Harness } from './harness.ts';

/** A store whose next commit can fail on request. */
class BrittleStore extends MemoryStore {
  failure: ((changes: readonly Change[]) => Error) | undefined;

  override commit(changes: readonly Change[]): Promise<void> {
    const { failure } = this;
    this.failure = undefined;
    return failure === undefined ? super.commit(changes) : Promise.reject(failure(changes));
  }
}

let made: Made;
let original: Harness;
beforeAll(async () => {
  original = createHarness();
  made = await build(original);
});

async function harnessCopy(): Promise<{ harness: Harness; store: BrittleStore }> {
  const store = new BrittleStore();
  await store.commit(copyOf(original.store));
  const harness = createHarness({ store, onError: () => undefined });
  harness.clock.set(original.clock.now());
  harness.clock.freeze(true);
  return { harness, store };
}

const NAMES = iamService.operations.map(({ name }) => name).filter(name => !/^(Get|List|Simulate)/.test(name));
const inputOf = (name: string, harness: Harness) => {
  const found = mutations(made, harness).find(([operation]) => operation === name);
  if (found === undefined) throw new Error(`the test account has no call for ${name}`);
  return found[1];
};
/** Operations that need a state which the test account does not have at first. */
const BEFORE = new Map([['DisableOutboundWebIdentityFederation', 'EnableOutboundWebIdentityFederation']]);

describe('a failed commit changes nothing, and the next one succeeds', () => {
  it.each(NAMES)('%s', async name => {
    const { harness, store } = await harnessCopy();
    const first = BEFORE.get(name);
    if (first !== undefined) await send(harness, first);
    const input = first === undefined ? inputOf(name, harness) : {};
    const before = contents(store);
    store.failure = () => new Error('the disk is full');
    expect(await answerOf(send(harness, name, input))).toMatchObject({ code: 'InternalFailure', httpStatus: 500 });
    expect(contents(store)).toEqual(before);
    expect(await answerOf(send(harness, name, input))).toMatchObject({ ok: true });
    expect(contents(store)).not.toEqual(before);
  });
});

describe('a commit after a concurrent change is a conflict, and changes nothing', () => {
  it.each(NAMES)('%s', async name => {
    const { harness, store } = await harnessCopy();
    const first = BEFORE.get(name);
    if (first !== undefined) await send(harness, first);
    const input = first === undefined ? inputOf(name, harness) : {};
    const before = contents(store);
    let creates = false;
    store.failure = ([change]) => {
      creates = change?.verb === 'put' && change.expect === 0 && change.collection.name !== 'accounts';
      return new StoreConflict(change?.collection.name ?? '', change?.key ?? '');
    };
    const answer = await answerOf(send(harness, name, input));
    const taken = name === 'CreateServiceLinkedRole' ? 'InvalidInput' : 'EntityAlreadyExists';
    expect(answer.code).toBe(creates ? taken : 'ConcurrentModification');
    expect(answer.httpStatus).toBe(answer.code === 'InvalidInput' ? 400 : 409);
    expect(contents(store)).toEqual(before);
  });
});

describe('two concurrent creates with one name', () => {
  const creates: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['CreateOpenIDConnectProvider', { Url: 'https://example.com' }],
    ['CreateRole', { RoleName: 'twice', AssumeRolePolicyDocument: ROOT_TRUST }],
    ['CreateUser', { UserName: 'twice' }],
    ['CreateGroup', { GroupName: 'twice' }],
    ['CreatePolicy', { PolicyName: 'twice', PolicyDocument: ALLOW_S3 }],
    ['CreateInstanceProfile', { InstanceProfileName: 'twice' }],
  ];
  it.each(creates)('%s: one of them is EntityAlreadyExists', async (name, input) => {
    const harness = createHarness();
    const answers = await Promise.all(Array.from({ length: 8 }, () => answerOf(send(harness, name, input))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'EntityAlreadyExists')).toHaveLength(7);
  });
});

it('20 concurrent attachments each succeed or are refused, and none is lost', async () => {
  const harness = createHarness();
  await send(harness, 'CreateRole', { RoleName: 'busy', AssumeRolePolicyDocument: ROOT_TRUST });
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
  for (const PolicyName of names) await send(harness, 'CreatePolicy', { PolicyName, PolicyDocument: ALLOW_S3 });
  const answers = await Promise.all(
    names.map(name =>
      answerOf(send(harness, 'AttachRolePolicy', { RoleName: 'busy', PolicyArn: arn(`policy/${name}`) })),
    ),
  );
  const attached = await send(harness, 'ListAttachedRolePolicies', { RoleName: 'busy' });
  expect(attached['AttachedPolicies']).toHaveLength(answers.filter(({ ok }) => ok).length);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for PoliciesPerRole: 10',
  });
});
