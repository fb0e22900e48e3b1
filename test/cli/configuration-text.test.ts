/** Written configuration can be read again: JSON is used where YAML would exceed the limits. */
import { describe, expect, it } from 'vitest';
import { configurationText } from '../../src/cli/configuration-text.ts';
import { parseConfigText } from '../../src/config/load.ts';

const configuration = (roles: number) => ({
  accounts: {
    '000000000012': {
      roles: Array.from({ length: roles }, (_, at) => ({
        name: `role-${at}`,
        trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] },
      })),
    },
  },
});

describe('the text for a file named rolecall.yaml', () => {
  it.each([
    ['YAML', 100, /^accounts:\n {2}"000000000012":\n/],
    ['JSON, if it exceeds the YAML limits', 4000, /^\{\n "accounts": \{\n/],
    ['JSON, if it is large', 10_000, /^\{\n "accounts": \{\n/],
  ])('is %s', (_, roles, form) => {
    const text = configurationText(configuration(roles), 'rolecall.yaml');
    expect(text).toMatch(form);
    expect(parseConfigText(text, 'rolecall.yaml')).toEqual(configuration(roles));
  });
});
