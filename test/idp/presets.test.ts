/** The table of presets: each row compared with the reference samples, and its subject formats. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { knownNames } from '../../src/idp/mint/claims.ts';
import { fill, unfill } from '../../src/idp/presets/row.ts';
import { PRESETS } from '../../src/idp/presets.ts';
import { IAT, idpUnderTest } from './under-test.ts';

const { idp } = idpUnderTest();
afterAll(() => idp.close());

const JWT_PRESETS = PRESETS.filter(preset => preset.token !== 'opaque');

const EXACT = [
  ...['github-actions', 'gitlab-ci', 'circleci-v2', 'bitbucket-pipelines', 'buildkite', 'hcp-terraform', 'vercel'],
  ...['eks-irsa', 'kubernetes', 'google-service-account', 'entra-v2', 'okta', 'auth0', 'custom'],
];

describe('the table', () => {
  it('has each ID once, and exactly these presets are exact', () => {
    expect(new Set(PRESETS.map(preset => preset.id)).size).toBe(PRESETS.length);
    expect(
      PRESETS.filter(preset => preset.verification === 'exact')
        .map(preset => preset.id)
        .toSorted(),
    ).toEqual(EXACT.toSorted());
  });

  it('lists unconfirmed details of every other preset, and sources of all presets', () => {
    for (const preset of PRESETS) {
      expect(preset.sources.length, preset.id).toBeGreaterThan(0);
      if (preset.verification === 'unconfirmed') expect(preset.unconfirmed.length, preset.id).toBeGreaterThan(0);
    }
  });
});

interface Fact {
  readonly id: string;
  readonly issuer: string;
  readonly alg: string;
  readonly ttlSeconds: number | null;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly optionalClaims?: Readonly<Record<string, unknown>>;
}

const FACTS = new URL('../../../shared/reference/issuer-presets.json', import.meta.url);
const facts: readonly Fact[] = existsSync(FACTS) ? JSON.parse(readFileSync(FACTS, 'utf8')) : [];

/** Intended differences between the default token and the sample. */
const OTHER_SAMPLE: Readonly<Record<string, readonly string[]>> = {
  'gitlab-ci': [
    'user_identities',
    'groups_direct',
    'environment',
    'environment_protected',
    'deployment_tier',
    'environment_action',
  ],
  'gitlab-ci-self-managed': [
    'user_identities',
    'groups_direct',
    'environment',
    'environment_protected',
    'deployment_tier',
    'environment_action',
  ],
};

/** Presets whose sample is only a part of the token. */
const MORE_THAN_SAMPLE = ['forgejo-actions', 'github-actions-enterprise'];

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

describe.skipIf(facts.length === 0)(
  `the facts about issuers${facts.length === 0 ? ' (absent: ../shared/reference)' : ''}`,
  () => {
    it('have a row each', () => {
      const ids = new Set(PRESETS.map(preset => preset.id));
      expect(facts.map(fact => fact.id).filter(id => !ids.has(id))).toEqual([]);
    });

    it.each(facts.filter(fact => fact.claims['iss'] !== undefined && !fact.alg.startsWith('none')))(
      '$id: iss, claims, their types, times and sub are those of the sample',
      async fact => {
        const audience = fact.claims['aud'] as string;
        const { claims, header } = await idp.mint({ issuer: fact.id, audience });
        const own: Record<string, unknown> = { ...claims };
        const expected = { ...fact.claims };
        for (const name of OTHER_SAMPLE[fact.id] ?? []) delete expected[name];
        const shape = (members: Record<string, unknown>): object =>
          Object.fromEntries(Object.entries(members).map(([name, value]) => [name, kindOf(value)]));
        if (MORE_THAN_SAMPLE.includes(fact.id)) expect(shape(own)).toMatchObject(shape(expected));
        else expect(shape(own)).toEqual(shape(expected));
        expect(own['iss']).toBe(fact.claims['iss']);
        expect(header['alg']).toBe(fact.alg);
        if (fact.ttlSeconds !== null) expect(Number(own['exp']) - IAT, 'lifetime').toBe(fact.ttlSeconds);
        if (fact.claims['nbf'] !== undefined) {
          expect(Number(own['nbf']) - IAT).toBe(Number(fact.claims['nbf']) - Number(fact.claims['iat']));
        }
      },
    );
  },
);

describe('every preset whose tokens are JWTs', () => {
  it.each(JWT_PRESETS.map(preset => [preset.id, preset] as const))(
    '%s: every subject form can be reached and is filled',
    async (_id, preset) => {
      for (const form of preset.subjects) {
        if (typeof form.form !== 'string') continue;
        const names: string[] = [];
        fill(form.form, name => {
          names.push(name);
          return '';
        });
        const known = [...knownNames(preset), ...Object.keys(preset.parameters ?? {})];
        expect(names.filter(name => !known.includes(name))).toEqual([]);
      }
      const { claims } = await idp.mint({ issuer: preset.id, audience: 'sts.amazonaws.com' });
      expect(claims['sub']).not.toMatch(/\$\{|::$|^$/);
    },
  );

  it.each(JWT_PRESETS.map(preset => [preset.id, preset] as const))(
    '%s: its iss gives its parameters back',
    (_id, preset) => {
      const parameters = preset.parameters ?? {};
      const iss = fill(preset.issuer, name => parameters[name] ?? '');
      expect(Object.fromEntries(unfill(preset.issuer, iss) ?? [])).toEqual(parameters);
    },
  );
});

describe('subjects', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'circleci',
      {},
      'org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a/project/7f4a1e2b-0d5a-4f0b-8c07-9a6f0a1c2d3e/user/5b1f0c9e-3f6b-4f65-9a55-2f3b7c8d9e0f',
    ],
    [
      'circleci-v2',
      { tag: 'v1' },
      'org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a/project/7f4a1e2b-0d5a-4f0b-8c07-9a6f0a1c2d3e/user/5b1f0c9e-3f6b-4f65-9a55-2f3b7c8d9e0f/vcs-origin/github.com/acme/widgets/vcs-ref/refs/tags/v1',
    ],
    ['bitbucket-pipelines', {}, '{1c2b3a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d}:{9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a}'],
    [
      'bitbucket-pipelines',
      { deploymentEnvironmentUuid: '{2b3c4d5e-6f70-4182-93a4-b5c6d7e8f90a}' },
      '{1c2b3a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d}:{2b3c4d5e-6f70-4182-93a4-b5c6d7e8f90a}:{9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a}',
    ],
    [
      'buildkite',
      {},
      'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:build',
    ],
    [
      'buildkite',
      { build_tag: 'v1' },
      'organization:acme-inc:pipeline:super-duper-app:ref:refs/tags/v1:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:build',
    ],
    ['buildkite', { subject_claim: 'pipeline_id' }, '0184990a-477b-4fa8-9968-496074483cf7'],
    ['buildkite', { subject_claim: 'job_id' }, '0184990a-477b-4fa8-9968-496074483cee'],
    [
      'hcp-terraform',
      { terraform_run_phase: 'plan' },
      'organization:my-org:project:Default Project:workspace:my-workspace:run_phase:plan',
    ],
    ['vercel', { environment: 'preview' }, 'owner:acme:project:acme_website:environment:preview'],
    ['azure-devops', { service_connection: 'aws' }, 'sc://my-org/my-project/aws'],
    ['auth0', { user_id: '1' }, 'auth0|1'],
    ['okta', { login: 'a@b.c' }, 'a@b.c'],
    ['entra-v2', { pairwise_subject: 'pair' }, 'pair'],
    ['pulumi', { env: 'dev' }, 'pulumi:environments:org:acme:env:dev'],
    ['spiffe', { path: 'x' }, 'spiffe://example.org/x'],
  ])('of %s with %j', async (issuer, claims, sub) => {
    expect((await idp.mint({ issuer, claims, audience: 'sts.amazonaws.com' })).claims['sub']).toBe(sub);
  });
});

describe('details of single issuers', () => {
  const claimsOf = async (issuer: string, claims: Record<string, unknown> = {}, audience?: string | string[]) =>
    (await idp.mint({ issuer, claims, ...(audience === undefined ? {} : { audience }) })).claims;

  it.each([
    ['circleci-v2', '3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a'],
    ['bitbucket-pipelines', 'ari:cloud:bitbucket::workspace/6f5c1d2e-8a39-4a34-9f0a-21c7bb6f0b11'],
    ['buildkite', 'https://buildkite.com/acme-inc'],
    ['hcp-terraform', 'aws.workload.identity'],
    ['vercel', 'https://vercel.com/acme'],
    ['kubernetes', ['https://kubernetes.default.svc.cluster.local']],
    ['entra-v2', 'e602ade6-d93a-4b2c-9d1c-0a6c5f0b1d2e'],
    ['entra-v1', 'api://e602ade6-d93a-4b2c-9d1c-0a6c5f0b1d2e'],
    ['okta', 'api://default'],
    ['fly', 'https://fly.io/my-org'],
  ])('%s has the default audience %j', async (issuer, audience) => {
    expect((await claimsOf(issuer))['aud']).toEqual(audience);
  });

  it.each(['google-service-account', 'spiffe', 'jenkins', 'gke'])(
    '%s has no default audience and reports it',
    async issuer => {
      await expect(idp.mint({ issuer })).rejects.toMatchObject({ code: 'missing-parameter', path: '/audience' });
    },
  );

  it('Buildkite: numbers, null, claims and session tags on request', async () => {
    expect(
      await claimsOf('buildkite', {
        step_key: null,
        include_claims: ['pipeline_id'],
        aws_session_tags: ['organization_slug'],
      }),
    ).toMatchObject({
      build_number: 1,
      step_key: null,
      pipeline_id: '0184990a-477b-4fa8-9968-496074483cf7',
      'https://aws.amazon.com/tags': { principal_tags: { organization_slug: ['acme-inc'] } },
    });
  });

  it('Vercel: development tokens contain the user and are valid for twelve hours', async () => {
    expect(await claimsOf('vercel', { environment: 'development' })).toMatchObject({
      user_id: 'user_example',
      exp: IAT + 43_200,
    });
  });

  it('Google: azp is the account, for any audience', async () => {
    expect(await claimsOf('google-service-account', { sub: '42' }, 'https://app')).toMatchObject({
      azp: '42',
      sub: '42',
      aud: 'https://app',
    });
  });

  it('Bitbucket: a list of audiences is an array', async () => {
    expect((await claimsOf('bitbucket-pipelines', {}, ['a', 'b']))['aud']).toEqual(['a', 'b']);
  });

  it('an organization that is part of the iss cannot have another value in the claims', async () => {
    const request = { issuer: 'circleci-v2', claims: { 'oidc.circleci.com/org-id': 'other' } };
    await expect(idp.mint(request)).rejects.toMatchObject({
      code: 'contradicts-issuer',
      path: '/claims/oidc.circleci.com~1org-id',
    });
    idp.registry.put('other-org', { preset: 'circleci-v2', parameters: { org_id: 'other' } });
    expect(await claimsOf('other-org')).toMatchObject({ iss: 'https://oidc.circleci.com/org/other', aud: 'other' });
  });

  it.each(['login-with-amazon', 'facebook'])('%s issues no JWTs', async issuer => {
    await expect(idp.mint({ issuer })).rejects.toMatchObject({ code: 'no-token' });
    await expect(idp.registry.jwks(issuer)).rejects.toMatchObject({ code: 'no-token' });
  });

  it('AWS outbound: both keys are published, with the recorded kids', async () => {
    const { keys } = await idp.registry.jwks('aws-outbound');
    expect(keys.map(key => key['kid']).toSorted()).toEqual(['EC384_0', 'RSA_0']);
  });
});
