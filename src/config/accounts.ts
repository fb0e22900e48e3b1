/** Schemas of the declared content of accounts, for the configuration and `PUT /_rolecall/state`. */
import { type Static, Type } from 'typebox';
import type { ReadonlyDeep } from './read-only.ts';
import { secret } from './secrets.ts';

const strict = { additionalProperties: false } as const;

/** A policy document: an object, or JSON text. */
const Document = Type.Unsafe<string | Readonly<Record<string, unknown>>>({
  type: ['object', 'string'],
  description: 'A policy document, as an object or as JSON text; text is stored unchanged.',
});

const text = (description: string) => Type.Optional(Type.String({ description }));
const Path = text('IAM path of the entity; default `/`.');
const Tags = Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Tags by key.' }));
const Name = Type.String({ description: 'Name of the entity, under the naming rules of IAM.' });
const documents = (description: string) => Type.Optional(Type.Record(Type.String(), Document, { description }));

/** Policies of a role, user or group. */
const policyMembers = {
  inlinePolicies: documents('Inline policies by name.'),
  attachedPolicies: Type.Optional(Type.Array(Type.String(), { description: 'ARNs of managed policies.' })),
};

const OidcProvider = Type.Object(
  {
    url: Type.String({ description: 'URL of the issuer, with its scheme.' }),
    clientIds: Type.Optional(
      Type.Array(Type.String(), { description: 'Audiences (client IDs) that the provider accepts.' }),
    ),
    thumbprints: Type.Optional(
      Type.Array(Type.String(), { description: 'SHA-1 thumbprints of the certificate of the issuer.' }),
    ),
    tags: Tags,
  },
  strict,
);

const SamlProvider = Type.Object(
  { name: Name, metadata: Type.String({ description: 'The SAML metadata document.' }), tags: Tags },
  strict,
);

const PolicyVersion = Type.Object(
  {
    id: Type.String({ pattern: '^v[1-9][0-9]{0,8}$', description: 'Version ID: v1, v2, ….' }),
    document: Document,
    default: Type.Optional(Type.Boolean({ description: 'Whether it is the default version.' })),
  },
  strict,
);

const ManagedPolicy = Type.Object(
  {
    name: Name,
    path: Path,
    description: text('Description of the policy; IAM does not allow a later change.'),
    document: Type.Optional(Document),
    versions: Type.Optional(
      Type.Array(PolicyVersion, {
        minItems: 1,
        description: 'Replaces `document` for a policy with several versions.',
      }),
    ),
    tags: Tags,
  },
  strict,
);

const Role = Type.Object(
  {
    name: Name,
    path: Path,
    trust: Document,
    description: text('Description of the role.'),
    maxSessionDuration: Type.Optional(
      Type.Integer({ description: 'Maximum session duration in seconds: 3600 to 43200.' }),
    ),
    permissionsBoundary: text('ARN of the managed policy that is the permissions boundary.'),
    ...policyMembers,
    tags: Tags,
  },
  strict,
);

const AccessKey = Type.Object(
  {
    id: Type.String({ description: 'Access key ID: 16 to 128 letters, digits or underscores.' }),
    secret: Type.Optional(
      Type.String({ description: 'Secret access key; default: derived from the instance secret.', ...secret }),
    ),
    active: Type.Optional(Type.Boolean({ default: true, description: 'Whether the access key is active.' })),
  },
  strict,
);

const User = Type.Object(
  {
    name: Name,
    path: Path,
    permissionsBoundary: text('ARN of the managed policy that is the permissions boundary.'),
    groups: Type.Optional(Type.Array(Type.String(), { description: 'Names of groups in the same account.' })),
    accessKeys: Type.Optional(Type.Array(AccessKey, { description: 'Access keys of the user; at most two.' })),
    ...policyMembers,
    tags: Tags,
  },
  strict,
);

const Group = Type.Object({ name: Name, path: Path, ...policyMembers }, strict);

const InstanceProfile = Type.Object(
  { name: Name, path: Path, role: text('Name of the role in the profile.'), tags: Tags },
  strict,
);

/** One account. */
export const AccountSettings = Type.Object(
  {
    alias: text('The account alias.'),
    policies: Type.Optional(Type.Array(ManagedPolicy)),
    oidcProviders: Type.Optional(Type.Array(OidcProvider)),
    samlProviders: Type.Optional(Type.Array(SamlProvider)),
    groups: Type.Optional(Type.Array(Group)),
    users: Type.Optional(Type.Array(User)),
    roles: Type.Optional(Type.Array(Role)),
    instanceProfiles: Type.Optional(Type.Array(InstanceProfile)),
  },
  strict,
);

/** Accounts by number. */
export const AccountsSettings = Type.Record(Type.String({ pattern: '^[0-9]{12}$' }), AccountSettings, {
  ...strict,
  description: 'Accounts by 12-digit account number, with their initial content.',
});

/** Policies of the organization to which every account of this server belongs. */
export const OrganizationSettings = Type.Object(
  {
    managementAccount: Type.Optional(
      Type.String({
        pattern: '^[0-9]{12}$',
        description: 'Account number of the management account; service control policies do not restrict it.',
      }),
    ),
    serviceControlPolicies: documents('Service control policies (SCPs) by name.'),
    resourceControlPolicies: documents('Resource control policies (RCPs) by name.'),
  },
  strict,
);

export type DocumentSetting = ReadonlyDeep<Static<typeof Document>>;
export type AccountSettings = ReadonlyDeep<Static<typeof AccountSettings>>;
export type AccountsSettings = Readonly<Record<string, AccountSettings>>;
export type OrganizationSettings = ReadonlyDeep<Static<typeof OrganizationSettings>>;
export type RoleSettings = ReadonlyDeep<Static<typeof Role>>;
export type UserSettings = ReadonlyDeep<Static<typeof User>>;
export type GroupSettings = ReadonlyDeep<Static<typeof Group>>;
export type PolicySettings = ReadonlyDeep<Static<typeof ManagedPolicy>>;
export type OidcProviderSettings = ReadonlyDeep<Static<typeof OidcProvider>>;
export type SamlProviderSettings = ReadonlyDeep<Static<typeof SamlProvider>>;
export type InstanceProfileSettings = ReadonlyDeep<Static<typeof InstanceProfile>>;
