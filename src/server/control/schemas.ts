/** Schemas of control API bodies that several calls use. */
import { type Static, Type } from 'typebox';
import { AccountsSettings, OrganizationSettings } from '../../config/accounts.ts';
import { IssuerSettings } from '../../config/issuers.ts';
import type { ReadonlyDeep } from '../../config/read-only.ts';
import type { FixTarget } from '../../policy/decision.ts';

export type { Decision, Finding } from '../../policy/decision.ts';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ maxLength: 200_000 });

const unwanted = {
  default: false,
  description: 'Whether an allow is unwanted: the answer then has `narrow`, the changes that keep this caller out.',
};
/** Asks for the changes that keep an allowed caller out: in a body, and in a query. */
export const Unwanted = Type.Optional(Type.Boolean(unwanted));
export const UnwantedQuery = Type.Object(
  {
    unwanted: Type.Optional(
      Type.Unsafe<'true' | 'false'>({ ...unwanted, type: 'string', enum: ['true', 'false'], default: 'false' }),
    ),
  },
  strict,
);

/** The operations that `explain` supports: names accepted in a request, each with its operation name. */
export const ASSUME_ACTIONS = {
  AssumeRoleWithWebIdentity: 'AssumeRoleWithWebIdentity',
  AssumeRole: 'AssumeRole',
  'sts:AssumeRoleWithWebIdentity': 'AssumeRoleWithWebIdentity',
  'sts:AssumeRole': 'AssumeRole',
} as const;

/** An AssumeRole* call to evaluate as a dry run: the members of the AWS call in lower camel case. */
export const AssumeRequest = Type.Object(
  {
    action: Type.Unsafe<keyof typeof ASSUME_ACTIONS>({ type: 'string', enum: Object.keys(ASSUME_ACTIONS) }),
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
    accessKeyId: Type.Optional(
      Type.String({ description: 'The caller of AssumeRole: an access key ID of this server.' }),
    ),
    sessionToken: Type.Optional(Text),
    unwanted: Unwanted,
  },
  strict,
);
export type AssumeRequest = Static<typeof AssumeRequest>;
/** The same with the plain operation name. */
export type AssumeCall = Omit<AssumeRequest, 'action'> & {
  readonly action: (typeof ASSUME_ACTIONS)[keyof typeof ASSUME_ACTIONS];
};

const enumOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });
const Strings = Type.Array(Type.String());

const Why = Type.Object(
  { code: Type.String({ description: 'Stable reason code.' }) },
  { additionalProperties: true, description: 'A reason: its code, and its parameters by name.' },
);
const Verdict = Type.Object({ ok: Type.Boolean(), why: Why });

const PatchOperation = Type.Object({
  op: enumOf(['add', 'replace', 'remove']),
  path: Type.String({ description: 'JSON Pointer into the policy.' }),
  value: Type.Optional(Type.Unknown()),
});

const Fix = Type.Object({
  side: enumOf(['policy', 'caller', 'provider', 'workflow']),
  title: Type.String(),
  sentence: Type.String({ description: 'What to change.' }),
  admits: Type.Array(Type.String(), { description: 'Whom the change lets in beyond this caller.' }),
  target: Type.Optional(
    Type.Unsafe<FixTarget>({
      type: 'string',
      enum: [
        'trust-policy',
        'resource-policy',
        'identity-policy',
        'boundary',
        'session-policy',
        'scp',
        'rcp',
        'request',
      ],
      description:
        'What to change. `request`: the patch belongs to the request of the evaluation, {principal, action, resource, context}.',
    }),
  ),
  policy: Type.Optional(Type.Integer({ description: 'Index of the policy in its layer.' })),
  patch: Type.Optional(Type.Array(PatchOperation, { description: 'RFC 6902.' })),
  caution: Type.Optional(Type.String({ description: 'What to know before the change is applied.' })),
});

/** A decision as the control API returns it: the schema of the types in `policy/decision.ts`. */
export const DecisionAnswer = Type.Object(
  {
    id: Type.String(),
    at: Type.String({ description: 'Time of the movable clock, ISO 8601 with milliseconds.' }),
    action: Type.String(),
    resource: Type.String(),
    principal: Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())]),
    allowed: Type.Boolean(),
    reason: Type.String({
      description: 'allowed, implicit-deny, explicit-deny, or the code of the verification step that failed.',
    }),
    error: Type.Optional(
      Type.Object(
        { status: Type.Integer(), code: Type.String(), message: Type.String() },
        { description: 'The error that AWS returns.' },
      ),
    ),
    steps: Type.Array(
      Type.Object({
        name: Type.String(),
        ok: Type.Boolean(),
        code: Type.String(),
        detail: Type.Optional(Type.Unknown()),
      }),
    ),
    layers: Type.Array(
      Type.Object({
        layer: enumOf(['trust', 'resource', 'identity', 'boundary', 'session', 'scp', 'rcp']),
        outcome: enumOf(['allowed', 'implicit-deny', 'explicit-deny', 'not-applicable']),
        statements: Type.Array(
          Type.Object({
            policy: Type.Integer({ description: 'Index of the policy in its layer.' }),
            index: Type.Integer({ description: 'Index of the statement in the policy.' }),
            sid: Type.Optional(Type.String()),
            effect: enumOf(['Allow', 'Deny']),
            applies: Type.Boolean(),
            principal: Verdict,
            action: Verdict,
            resource: Verdict,
            conditions: Type.Array(
              Type.Object({
                operator: Type.String(),
                qualifier: Type.Union([Type.Null(), enumOf(['ForAllValues', 'ForAnyValue'])]),
                key: Type.String(),
                expected: Strings,
                actual: Type.Union([Type.Null(), Strings]),
                ok: Type.Boolean(),
                why: Why,
              }),
            ),
          }),
        ),
      }),
    ),
    trustPolicy: Type.Optional(
      Type.Unknown({
        description: 'The trust policy that was evaluated; the current trust policy of the role may differ.',
      }),
    ),
    explanation: Type.Array(Type.String(), { description: 'One sentence per reason, the most decisive first.' }),
    fixes: Type.Array(Fix, { description: 'What to change, in the order in which to consider it.' }),
    narrow: Type.Optional(
      Type.Array(Fix, { description: 'For an allow that was called unwanted: the changes that keep this caller out.' }),
    ),
  },
  { description: 'A decision.' },
);

/** One finding of the linter. */
export const FindingAnswer = Type.Object({
  path: Type.String({ description: 'JSON Pointer into the policy.' }),
  code: Type.String(),
  severity: enumOf(['error', 'warning', 'info']),
  message: Type.String(),
  fix: Type.Optional(Type.Object({ sentence: Type.String(), patch: Type.Array(PatchOperation) })),
});

export const LintRequest = Type.Object(
  {
    kind: Type.Optional(
      Type.Unsafe<'trust' | 'identity' | 'resource' | 'session' | 'boundary' | 'scp' | 'rcp'>({
        type: 'string',
        enum: ['trust', 'identity', 'resource', 'session', 'boundary', 'scp', 'rcp'],
        default: 'trust',
      }),
    ),
    policy: Type.Optional(Type.Unknown({ description: 'The policy document, as an object or a string.' })),
  },
  {
    additionalProperties: true,
    description: 'A policy document in `policy`, or the document itself with `kind` as an additional member.',
  },
);
export type LintRequest = Static<typeof LintRequest>;

/** The declared state, in the format of the configuration. */
export const State = Type.Object(
  {
    accounts: Type.Optional(AccountsSettings),
    organization: Type.Optional(OrganizationSettings),
    issuers: Type.Optional(Type.Record(Type.String(), IssuerSettings)),
  },
  { ...strict, description: 'The configuration sections that declare accounts, the organization and issuers.' },
);
export type DeclaredState = ReadonlyDeep<Static<typeof State>>;
