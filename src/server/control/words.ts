/** The bodies of the control API that more than one call uses. */
import { type Static, Type } from 'typebox';
import { AccountsSettings, OrganizationSettings } from '../../config/accounts.ts';
import { IssuerSettings } from '../../config/schema.ts';

export type { Decision, Finding } from '../../iam/policy/decision.ts';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ maxLength: 200_000 });

/** An assume call to be judged without issuing anything: members of the AWS call in lower camel case. */
export const AssumeRequest = Type.Object(
  {
    action: Type.Unsafe<'AssumeRoleWithWebIdentity' | 'AssumeRole'>({
      type: 'string',
      enum: ['AssumeRoleWithWebIdentity', 'AssumeRole'],
    }),
    roleArn: Text,
    roleSessionName: Type.Optional(Text),
    webIdentityToken: Type.Optional(Text),
    durationSeconds: Type.Optional(Type.Integer()),
    policy: Type.Optional(Text),
    policyArns: Type.Optional(Type.Array(Text, { maxItems: 100 })),
    externalId: Type.Optional(Text),
    sourceIdentity: Type.Optional(Text),
    tags: Type.Optional(Type.Array(Type.Object({ key: Text, value: Text }, strict), { maxItems: 100 })),
    transitiveTagKeys: Type.Optional(Type.Array(Text, { maxItems: 100 })),
    accessKeyId: Type.Optional(Type.String({ description: 'Who calls AssumeRole: an access key id of this server.' })),
    sessionToken: Type.Optional(Text),
  },
  strict,
);
export type AssumeRequest = Static<typeof AssumeRequest>;

export const LintRequest = Type.Object(
  {
    kind: Type.Optional(
      Type.Unsafe<'trust' | 'identity' | 'resource' | 'session' | 'boundary' | 'scp' | 'rcp'>({
        type: 'string',
        enum: ['trust', 'identity', 'resource', 'session', 'boundary', 'scp', 'rcp'],
        default: 'trust',
      }),
    ),
    policy: Type.Unknown({ description: 'The policy document, as an object or as text.' }),
  },
  strict,
);
export type LintRequest = Static<typeof LintRequest>;

/** Everything declared, in the form of the configuration. */
export const State = Type.Object(
  {
    accounts: Type.Optional(AccountsSettings),
    organization: Type.Optional(OrganizationSettings),
    issuers: Type.Optional(Type.Record(Type.String(), IssuerSettings)),
  },
  { ...strict, description: 'The sections of the configuration that declare accounts and issuers.' },
);
export type DeclaredState = Static<typeof State>;
