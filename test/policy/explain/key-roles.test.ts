import { describe, expect, it } from 'vitest';
import { contextKeys } from '../../../src/policy/context-keys.ts';
import { howToSet, isChosenByCaller } from '../../../src/policy/explain/key-roles.ts';

describe('condition keys', () => {
  it.each(contextKeys.map(({ key }) => key))('%s: a request gets it in words of its own', key => {
    const name = /[/:]$/.test(key) ? `${key}team` : key;
    expect(howToSet(name, '"x"', 'user')).not.toMatch(/^Make the call with /);
  });

  it.each([
    ['s3:prefix', true],
    ['kms:EncryptionContext:tenant', true],
    ['sts:ExternalId', true],
    ['ec2:ResourceTag/team', false],
    ['ssm:resourceTag/team', false],
    ['s3:ExistingObjectTag/class', false],
    ['kms:ViaService', false],
    ['kms:CallerAccount', false],
    ['aws:PrincipalTag/team', false],
    ['token.actions.githubusercontent.com:sub', false],
  ])('%s: whether the caller chooses it: %s', (key, expected) => {
    expect(isChosenByCaller(key)).toBe(expected);
  });

  it.each([
    ['ec2:ResourceTag/team', 'Tag the resource with team = "x"'],
    ['aws:ResourceTag/app:team/one', 'Tag the resource with app:team/one = "x"'],
    ['iam:ResourceTag/team', 'Tag the role or user with team = "x"'],
    ['s3:ExistingObjectTag/class', 'Tag the object with class = "x"'],
    ['saml:eduPersonAffiliation', 'Use an assertion whose eduPersonAffiliation is "x"'],
    ['kms:CallerAccount', 'Make the call from account "x"'],
  ])('%s: %s', (key, expected) => {
    expect(howToSet(key, '"x"', 'user')).toBe(expected);
  });
});
