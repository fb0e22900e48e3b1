/** 10,000 roles and 1,000 providers: lists are paged, and finding one is a key lookup. Asserts no times. */
import { expect, it } from 'vitest';
import { oidcProviders, type Role, roleByName, roles } from '../../src/accounts/model.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { put, type Store } from '../../src/store/store.ts';
import { ROOT_TRUST, send } from './fixtures.ts';
import { ACCOUNT, createHarness } from './harness.ts';

const ROLES = 10_000;
const PROVIDERS = 1000;

async function large(): Promise<Store> {
  const store = new MemoryStore();
  const harness = createHarness({ store });
  await send(harness, 'CreateRole', { RoleName: 'first', AssumeRolePolicyDocument: ROOT_TRUST });
  const first = roleByName(store, ACCOUNT, 'first');
  if (first === undefined) throw new Error('the first role is missing');
  const many = Array.from({ length: ROLES - 1 }, (_, index): Role => {
    const name = `role-${String(index).padStart(5, '0')}`;
    return {
      ...first,
      name,
      arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      id: `AROA${String(index).padStart(17, 'A')}`,
    };
  });
  await store.commit(many.map(role => put(roles, `${ACCOUNT}/${role.name}`, role, 0)));
  const providers = Array.from({ length: PROVIDERS }, (_, index) => `idp-${index}.example.com`);
  await store.commit(
    providers.map(url =>
      put(oidcProviders, `${ACCOUNT}/${url}`, {
        account: ACCOUNT,
        arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${url}`,
        url,
        issuer: `https://${url}`,
        clientIds: [],
        thumbprints: [],
        createdAt: 0,
        tags: [],
      }),
    ),
  );
  return store;
}

/** Counts the scans of whole collections. */
class Watched extends MemoryStore {
  lists = 0;
  override list<T>(...of: Parameters<MemoryStore['list']>) {
    this.lists++;
    return super.list<T>(...(of as [never, string]));
  }
}

it('pages through all roles', async () => {
  const harness = createHarness({ store: await large() });
  const seen = new Set<string>();
  let Marker: unknown;
  do {
    const page = await send(harness, 'ListRoles', { MaxItems: 1000, Marker });
    for (const { RoleName } of page['Roles'] as { RoleName: string }[]) seen.add(RoleName);
    Marker = page['Marker'];
  } while (Marker !== undefined);
  expect(seen.size).toBe(ROLES);
  const { OpenIDConnectProviderList } = await send(harness, 'ListOpenIDConnectProviders');
  expect(OpenIDConnectProviderList).toHaveLength(PROVIDERS);
});

it('gets, creates and authorizes without a scan of a collection', async () => {
  const store = new Watched();
  const harness = createHarness({ store });
  await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
  await send(harness, 'GetRole', { RoleName: 'r' });
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com' });
  await send(harness, 'PutRolePolicy', {
    RoleName: 'r',
    PolicyName: 'p',
    PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
  });
  await send(harness, 'AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  expect(store.lists).toBe(0);
});
