/** Condition keys with few possible values: a policy value that is none of them matches nobody. */

interface FixedValues {
  /** Lower case. */
  readonly key: string;
  readonly isPossible: (value: string) => boolean;
  /** The values that stand for different callers, none of which is a misspelling of the other. */
  readonly opposed: readonly string[];
}

/** The sign-in addresses of AWS's partitions: IAM User Guide, id_roles_providers_create_saml_assertions (Recipient), with regional and encrypted forms. */
const signIn = /^https:\/\/(?:[a-z0-9-]+\.)?signin\.[a-z0-9.-]+\/saml(?:\/acs\/[\w-]+)?$/;

const rows: readonly FixedValues[] = [
  // IAM User Guide, condition-keys-saml.
  { key: 'saml:aud', isPossible: value => signIn.test(value), opposed: [] },
  // persistent, transient, or the full URI of another format of NameID.
  {
    key: 'saml:sub_type',
    isPossible: value => value === 'persistent' || value === 'transient' || /^[a-z]+:.+/.test(value),
    opposed: ['persistent', 'transient'],
  },
  // Cognito Developer Guide, role-trust-and-permissions: one of two words, then names of login providers, which have a dot or a colon.
  {
    key: 'cognito-identity.amazonaws.com:amr',
    isPossible: value => value === 'authenticated' || value === 'unauthenticated' || /[.:]/.test(value),
    opposed: ['authenticated', 'unauthenticated'],
  },
];

const rowOf = (key: string): FixedValues | undefined => rows.find(row => row.key === key.toLowerCase());

/** Whether the key can have the value; undefined for keys with free values. */
export const isPossibleValue = (key: string, value: string): boolean | undefined => rowOf(key)?.isPossible(value);

/** Whether the values stand for different callers, however similar they are. */
export const areOpposed = (key: string, one: string, other: string): boolean =>
  rowOf(key)?.opposed.includes(one) === true && rowOf(key)?.opposed.includes(other) === true && one !== other;
