/** Matchers for trust policies and tokens, in Vitest and in Jest. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import '../../src/library/vitest-matchers.ts';
import { matchers, type TrustMatchers, TrustPolicyError } from '../../src/library/matchers.ts';

const GITHUB = 'token.actions.githubusercontent.com';
const trustPolicy = (condition: unknown, account = '111122223333') => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${GITHUB}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
    },
  ],
});
const onMain = trustPolicy({
  StringEquals: {
    [`${GITHUB}:aud`]: 'sts.amazonaws.com',
    [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main',
  },
});
const main = { issuer: 'github-actions', claims: { repository: 'octo-org/octo-repo', ref: 'refs/heads/main' } };
const pullRequest = {
  issuer: 'github-actions',
  claims: { repository: 'octo-org/octo-repo', event_name: 'pull_request' },
};

const complaint = (asserted: Promise<void>): Promise<string> =>
  asserted.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('toAllowAssume', () => {
  it('passes for a token that the policy allows, for a policy as object or text', async () => {
    await expect(onMain).toAllowAssume(main);
    await expect(JSON.stringify(onMain)).toAllowAssume(main);
    await expect(onMain).not.toAllowAssume(pullRequest);
  });

  it('fails with the explanation', async () => {
    const message = await complaint(expect(onMain).toAllowAssume(pullRequest));
    expect(message).toContain('expected the token of github-actions to be allowed, but it is denied (implicit-deny)');
    expect(message).toContain('AWS answers 403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(message).toContain('pull_request');
    const fixes = message.split('\n').filter(line => line.startsWith('  fix: '));
    expect(fixes).toEqual([
      expect.stringContaining('  fix: [workflow] Change the job that gets the token: '),
      expect.stringContaining('  fix: [policy] Allow this caller as well: '),
    ]);
    expect(message).toMatch(/\n {4}lets in: any pull request of octo-org\/octo-repo$/);
  });

  it('accepts an issuer declaration, and a built-in provider of AWS', async () => {
    const host = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
    const pod = {
      ...onMain,
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${host}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${host}:sub`]: 'system:serviceaccount:payments:worker' } },
        },
      ],
    };
    const cluster = { preset: 'eks-irsa', issuer: `https://${host}` };
    await expect(pod).toAllowAssume({ issuer: cluster, claims: { sub: 'system:serviceaccount:payments:worker' } });
    await expect(pod).toDenyAssume({ issuer: cluster, claims: { sub: 'system:serviceaccount:payments:other' } });

    const google = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: 'accounts.google.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'accounts.google.com:oaud': 'my-client' } },
      },
    };
    await expect(google).toAllowAssume({ issuer: 'google-service-account', audience: 'my-client' });
  });

  it('evaluates policies one after another, each with its own state', async () => {
    const other = trustPolicy({ StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:*' } }, '444455556666');
    await Promise.all([
      expect(onMain).toDenyAssume(pullRequest),
      expect(other).toAllowAssume(pullRequest),
      expect(onMain).toAllowAssume(main),
    ]);
  });
});

describe('toDenyAssume', () => {
  it.each([
    ['any reason', undefined],
    ['the code of the decision', 'implicit-deny'],
    ['a part of the explanation', 'pull request'],
    ['a pattern', /StringEquals|pull.request/],
  ])('accepts %s', (_, reason) => expect(onMain).toDenyAssume(pullRequest, reason));

  it('fails with the actual result for another reason, or for an allowed token', async () => {
    expect(await complaint(expect(onMain).toDenyAssume(pullRequest, 'explicit-deny'))).toContain(
      'to be denied because of explicit-deny, but it is denied (implicit-deny)',
    );
    expect(await complaint(expect(onMain).toDenyAssume(main))).toContain('to be denied, but it is allowed');
  });

  it.each([
    ['a broken signature', { faults: ['tampered-signature'] }, 'bad-signature'],
    ['an audience the provider does not list', { clientIds: ['someone-else'] }, 'wrong-audience'],
    ['a role in an account without the provider', { account: '999999999999' }, /./],
  ])('covers token validation: %s', (_, more, reason) => expect(onMain).toDenyAssume({ ...main, ...more }, reason));
});

describe('invalid input', () => {
  const nested = (depth: number): object =>
    Array.from({ length: depth }).reduce<object>(inner => ({ Statement: inner }), {});
  it.each([
    ['a policy that IAM refuses', { ...onMain, Statement: [] }, main, 'MalformedPolicyDocument'],
    ['an issuer that does not exist', onMain, { issuer: 'github-action' }, 'did you mean "github-actions"?'],
    ['a text that is not JSON', 'Version:', main, 'MalformedPolicyDocument'],
    ['an unlimited nesting of texts', '['.repeat(100_000), main, 'MalformedPolicyDocument'],
    ['an unlimited nesting of objects', nested(100_000), main, 'nests deeper than 128 levels'],
  ])('is an error, also with not and toDenyAssume: %s', async (_, trust, request, sentence) => {
    for (const assertion of [
      () => matchers.toAllowAssume(trust, request),
      () => matchers.toDenyAssume(trust, request),
    ]) {
      const error: unknown = await assertion().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TrustPolicyError);
      expect(String(error)).toContain(sentence);
    }
  });
});

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown>
    extends TrustMatchers<T extends object ? Promise<void> : R> {}
}

describe('with expect of Jest', () => {
  jestExpect.extend(matchers);

  it('passes, and fails with the explanation', async () => {
    await jestExpect(onMain).toAllowAssume(main);
    const message = await complaint(jestExpect(onMain).toAllowAssume(pullRequest));
    expect(message).toContain('to be allowed, but it is denied');
  });

  // Before Node 24.9, Jest's module loader cannot require() an ES module, and this package does so internally.
  it('do not load packages that Jest cannot load', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import { matchers } from ${JSON.stringify(new URL('../../dist/library/matchers.js', import.meta.url).href)};
      const { pass } = await matchers.toAllowAssume(${JSON.stringify(onMain)}, ${JSON.stringify(main)});
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      console.log(JSON.stringify({ pass, injects: loaded.some(path => path.includes('light-my-request')) }));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual({ pass: true, injects: false });
  });
});
