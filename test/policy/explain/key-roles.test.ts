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
    ['kms:ViaService', false],
    ['aws:PrincipalTag/team', false],
    ['token.actions.githubusercontent.com:sub', false],
  ])('%s: whether the caller chooses it: %s', (key, expected) => {
    expect(isChosenByCaller(key)).toBe(expected);
  });
});
