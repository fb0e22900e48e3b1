/** What accounts hold from the start, as the configuration and `PUT /_rolecall/state` declare it. */
import { type Static, Type } from 'typebox';
import { secret } from './secrets.ts';

const strict = { additionalProperties: false } as const;

/** A policy document: an object, or the exact text. */
const Document = Type.Unsafe<string | Readonly<Record<string, unknown>>>({
  type: ['object', 'string'],
  description: 'A policy document, as an object or as JSON text; text is kept to the letter.',
});

const text = (description: string) => Type.Optional(Type.String({ description }));
const Path = text('Path of the entity, `/` unless told otherwise.');
const Tags = Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Tags by key.' }));
const Name = Type.String({ description: 'Name of the entity, as AWS takes it.' });
const Documents = Type.Record(Type.String(), Document);

/** Policies of a role, user or group. */
const held = {
  inlinePolicies: Type.Optional(Type.Record(Type.String(), Document, { description: 'Inline policies by name.' })),
  attachedPolicies: Type.Optional(Type.Array(Type.String(), { description: 'ARNs of managed policies.' })),
};

const OidcProvider = Type.Object(
  {
    url: Type.String({ description: 'The issuer, with its scheme.' }),
    clientIds: Type.Optional(Type.Array(Type.String(), { description: 'Audiences its tokens may have.' })),
    thumbprints: Type.Optional(Type.Array(Type.String())),
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
    id: Type.String({ pattern: '^v[1-9][0-9]{0,8}$' }),
    document: Document,
    default: Type.Optional(Type.Boolean({ description: 'Whether it is the one in force.' })),
  },
  strict,
);

const ManagedPolicy = Type.Object(
  {
    name: Name,
    path: Path,
    description: text('Cannot be changed later.'),
    document: Type.Optional(Document),
    versions: Type.Optional(
      Type.Array(PolicyVersion, { minItems: 1, description: 'Instead of `document`, when there are several.' }),
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
    description: text('What the role is for.'),
    maxSessionDuration: Type.Optional(Type.Integer({ description: 'Seconds, 3600 to 43200.' })),
    permissionsBoundary: text('ARN of a managed policy.'),
    ...held,
    tags: Tags,
  },
  strict,
);

const AccessKey = Type.Object(
  {
    id: Type.String({ description: '16 to 128 word characters.' }),
    secret: Type.Optional(Type.String({ description: 'Left out, it is derived from the instance secret.', ...secret })),
    active: Type.Optional(Type.Boolean({ default: true })),
  },
  strict,
);

const User = Type.Object(
  {
    name: Name,
    path: Path,
    permissionsBoundary: text('ARN of a managed policy.'),
    groups: Type.Optional(Type.Array(Type.String(), { description: 'Names of groups of the account.' })),
    accessKeys: Type.Optional(Type.Array(AccessKey)),
    ...held,
    tags: Tags,
  },
  strict,
);

const Group = Type.Object({ name: Name, path: Path, ...held }, strict);

const InstanceProfile = Type.Object({ name: Name, path: Path, role: text('Name of its role.'), tags: Tags }, strict);

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
  description: 'Accounts by their 12-digit number, with what they hold from the start.',
});

/** Policies of an organization that every account of this server belongs to. */
export const OrganizationSettings = Type.Object(
  {
    managementAccount: Type.Optional(
      Type.String({ pattern: '^[0-9]{12}$', description: 'Service control policies do not limit it.' }),
    ),
    serviceControlPolicies: Type.Optional(Documents),
    resourceControlPolicies: Type.Optional(Documents),
  },
  strict,
);

export type DocumentSetting = Static<typeof Document>;
export type AccountSettings = Static<typeof AccountSettings>;
export type AccountsSettings = Readonly<Record<string, AccountSettings>>;
export type OrganizationSettings = Static<typeof OrganizationSettings>;
export type RoleSettings = Static<typeof Role>;
export type UserSettings = Static<typeof User>;
export type GroupSettings = Static<typeof Group>;
export type PolicySettings = Static<typeof ManagedPolicy>;
export type OidcProviderSettings = Static<typeof OidcProvider>;
export type SamlProviderSettings = Static<typeof SamlProvider>;
export type InstanceProfileSettings = Static<typeof InstanceProfile>;
