/** The audiences that lint proposes are those of the presets. */
import { expect, it } from 'vitest';
import { awsAudience, issOf } from '../../../src/idp/presets/row.ts';
import { PRESETS } from '../../../src/idp/presets.ts';
import { usualAudience } from '../../../src/policy/lint/audiences.table.ts';

/** Presets whose issuer has another audience for each client, pool, workspace or organization: lint proposes none. */
const chosenByOwner = [
  'auth0',
  'azure-devops-entra',
  'bitbucket-pipelines',
  'cognito-user-pool',
  'entra-v1',
  'entra-v2',
  'okta',
  'pulumi',
  'vercel-global',
];

const accepted = PRESETS.filter(({ aws }) => aws.kind === 'accepted');

it.each(accepted.map(preset => [preset.id, preset] as const))('%s', (id, preset) => {
  const parameters = preset.parameters ?? {};
  const iss = issOf(preset, parameters);
  const audience = usualAudience(iss.replace(/^https:\/\//, ''));
  expect(audience).toBe(chosenByOwner.includes(id) ? undefined : awsAudience(preset, iss, parameters));
});

it('every exception is a preset', () => {
  expect(accepted.map(({ id }) => id)).toEqual(expect.arrayContaining(chosenByOwner));
});
