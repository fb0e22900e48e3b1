import { describe, expect, it } from 'vitest';

import {
  type ContextKey,
  contextKey,
  contextKeyNames,
  contextKeys,
  providerClaims,
  trustPrincipals,
} from '../../src/policy/index.ts';
import { account, host, policy } from './fixtures.ts';

describe('condition keys', () => {
  it('have one row each, in any letter case', () => {
    const names = contextKeys.map(({ key }) => key.toLowerCase());
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it.each<[string, Partial<ContextKey> | undefined]>([
    ['AWS:UserName', { key: 'aws:username', callers: ['user'] }],
    ['aws:RequestTag/team', { key: 'aws:RequestTag/', multivalued: false }],
    ['aws:TagKeys', { multivalued: true }],
    [`${host}:sub`, { type: 'String' }],
    [`${host}:job_workflow_ref`, { multivalued: false }],
    [`${host}:amr`, { multivalued: true }],
    ['token.actions.acme.ghe.com:ref', { type: 'String' }],
    [`${host}/acme:ref`, { type: 'String' }],
    [`${host}:workflow_ref`, undefined],
    ['gitlab.example.com:project_id', undefined],
    ['gitlab.com:project_id', { type: 'String' }],
    ['oidc.circleci.com/org/1:oidc.circleci.com/project-id', { type: 'String' }],
    ['aws:Nothing', undefined],
    ['s3:prefix', undefined],
  ])('%s', (name, row) => {
    if (row === undefined) expect(contextKey(name)).toBeUndefined();
    else expect(contextKey(name)).toMatchObject(row);
  });

  it('of a policy, each spelling once', () => {
    const statement = {
      Effect: 'Allow',
      Action: '*',
      Resource: 'arn:aws:s3:::b/${aws:username}',
      Condition: { StringEquals: { 'aws:userid': ['${AWS:username}', '${aws:username}'] } },
    };
    expect([...contextKeyNames(policy('identity', statement))].sort()).toEqual([
      'AWS:username',
      'aws:userid',
      'aws:username',
    ]);
  });

  it('trustPrincipals lists the AWS principals as written', () => {
    const written = policy('trust', [
      {
        Effect: 'Allow',
        Principal: { AWS: ['*', account, `arn:aws:iam::${account}:role/a`] },
        Action: 'sts:AssumeRole',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: 'AROAEXAMPLEEXAMPLE123', Service: 'ec2.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ]);
    expect(trustPrincipals(written)).toEqual([
      { path: '/Statement/0/Principal/AWS/1', text: account },
      { path: '/Statement/0/Principal/AWS/2', text: `arn:aws:iam::${account}:role/a` },
      { path: '/Statement/1/Principal/AWS', text: 'AROAEXAMPLEEXAMPLE123' },
    ]);
  });

  it('are documented in docs/reference/condition-keys.md', async () => {
    const line = ({ key, type, multivalued, from, when }: ContextKey): string =>
      `| \`${key}${key.endsWith('/') ? '*name*' : ''}\` | ${type} | ${multivalued ? 'many' : 'one'} | ${from} | ${when} |`;
    const page = [
      '# Condition keys',
      '',
      'The keys that Rolecall knows. Explanations use this list; the linter also knows the keys of all other services, and the evaluator',
      'accepts any key. Sources: IAM User Guide,',
      '"AWS global condition context keys" and "Available keys for AWS web identity federation"; Service Authorization Reference, STS.',
      'This page is generated from `src/policy/context-keys.table.ts`.',
      '',
      '| key | type | values | the value is | present |',
      '|---|---|---|---|---|',
      ...contextKeys.map(line),
      '',
      '## Keys of OIDC providers',
      '',
      'The prefix is the issuer with its path, without `https://` (`token.actions.githubusercontent.com:sub`). Every provider has `aud` (the',
      'authorized party `azp` when the token has one, else the audience), `oaud` (the audience), `sub`, `amr` (many values) and `email`.',
      'Only these providers have more keys; no other claim is a condition key. After the role is assumed, `aud`, `sub` and `amr` remain.',
      '',
      '| provider | prefixes | more claims | claims that are not keys |',
      '|---|---|---|---|',
      ...providerClaims.map(
        ({ name, hosts, claims, hidden }) =>
          `| ${name} | ${hosts.map(host => `\`${host}${host.endsWith('/') ? '…' : ''}\``).join(' ')} | ${claims.join(', ')} | ${[...hidden.keys()].join(', ') || '-'} |`,
      ),
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot('../../docs/reference/condition-keys.md');
  });
});
