/** Scale: 10,000 roles and 1,000 providers from a file of 20 MB can be loaded, listed and assumed. */

import { IAMClient, ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfigText } from '../../src/config/load.ts';
import { startRolecall } from '../../src/index.ts';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, GITHUB, PROVIDER_ARN } from '../support/emulator.ts';

const ROLES = 10_000;
const PROVIDERS = 1000;

const statements = Array.from({ length: 10 }, (_, at) => ({
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:GetObjectVersion'],
  Resource: `arn:aws:s3:::octo-artifacts-${at}/a/folder/that/makes/the/policy/as/long/as/real/ones/are/*`,
}));

const file = JSON.stringify({
  accounts: {
    [ACCOUNT]: {
      oidcProviders: [
        { url: `https://${GITHUB}`, clientIds: [AUDIENCE] },
        ...Array.from({ length: PROVIDERS - 1 }, (_, at) => ({ url: `https://issuer-${at}.example.com` })),
      ],
      roles: Array.from({ length: ROLES }, (_, at) => ({
        name: `role-${at}`,
        path: at % 2 === 0 ? '/even/' : '/odd/',
        trust: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: PROVIDER_ARN },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: {
                StringEquals: { [`${GITHUB}:aud`]: AUDIENCE },
                StringLike: { [`${GITHUB}:sub`]: `repo:octo-org/*:ref:refs/heads/main` },
              },
            },
          ],
        },
        inlinePolicies: { folders: { Version: '2012-10-17', Statement: statements } },
      })),
    },
  },
});

describe(`${ROLES} roles and ${PROVIDERS} providers`, async () => {
  const rolecall = await startRolecall(parseConfigText(file, 'rolecall.json'));
  const options = { endpoint: rolecall.url, region: 'us-east-1', credentials: ADMINISTRATOR };
  const iam = new IAMClient(options);
  const sts = new STSClient(options);
  afterAll(async () => {
    iam.destroy();
    sts.destroy();
    await rolecall.close();
  });

  it('are loaded from a file of 20 MB', () => {
    expect(file.length).toBeGreaterThan(20_000_000);
  });

  it('are listed in pages, each exactly once', async () => {
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(
        new ListRolesCommand({ MaxItems: 1000, ...(Marker === undefined ? {} : { Marker }) }),
      );
      names.push(...(page.Roles ?? []).map(role => role.RoleName ?? ''));
      Marker = page.Marker;
    } while (Marker !== undefined);
    expect(names).toHaveLength(ROLES);
    expect(new Set(names).size).toBe(ROLES);
    const { Roles = [], IsTruncated } = await iam.send(new ListRolesCommand({ PathPrefix: '/odd/' }));
    expect([Roles.length, IsTruncated]).toEqual([100, true]);
    const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).toHaveLength(PROVIDERS);
  });

  it('can be assumed: the first and the last', async () => {
    const token = (await rolecall.mint({ issuer: 'github-actions', audience: AUDIENCE })).token;
    for (const RoleArn of [`arn:aws:iam::${ACCOUNT}:role/even/role-0`, `arn:aws:iam::${ACCOUNT}:role/odd/role-9999`]) {
      const { Credentials } = await sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'scale', WebIdentityToken: token }),
      );
      expect(Credentials?.AccessKeyId).toMatch(/^ASIA/);
    }
  });
});
