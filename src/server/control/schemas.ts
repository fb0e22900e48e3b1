/** The bodies of the control API that more than one call uses. */
import { type Static, Type } from 'typebox';
import { AccountsSettings, OrganizationSettings } from '../../config/accounts.ts';
import { IssuerSettings } from '../../config/issuers.ts';

export type { Decision, Finding } from '../../policy/decision.ts';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ maxLength: 200_000 });

/** The calls that can be explained, under their own names and as a decision writes them. */
export const ASSUME_ACTIONS = {
  AssumeRoleWithWebIdentity: 'AssumeRoleWithWebIdentity',
  AssumeRole: 'AssumeRole',
  'sts:AssumeRoleWithWebIdentity': 'AssumeRoleWithWebIdentity',
  'sts:AssumeRole': 'AssumeRole',
} as const;

/** An assume call to be judged without issuing anything: members of the AWS call in lower camel case. */
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
    accessKeyId: Type.Optional(Type.String({ description: 'Who calls AssumeRole: an access key id of this server.' })),
    sessionToken: Type.Optional(Text),
  },
  strict,
);
export type AssumeRequest = Static<typeof AssumeRequest>;
/** The same under the call's own name. */
export type AssumeCall = Omit<AssumeRequest, 'action'> & {
  readonly action: (typeof ASSUME_ACTIONS)[keyof typeof ASSUME_ACTIONS];
};

const word = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });
const Strings = Type.Array(Type.String());

const Why = Type.Object(
  { code: Type.String({ description: 'Stable code of the reason.' }) },
  { additionalProperties: true, description: 'A reason: its code, and its operands by name.' },
);
const Verdict = Type.Object({ ok: Type.Boolean(), why: Why });

const PatchOperation = Type.Object({
  op: word(['add', 'replace', 'remove']),
  path: Type.String({ description: 'JSON Pointer into the policy.' }),
  value: Type.Optional(Type.Unknown()),
});

/** A Decision as the control API answers it; the types of `iam/policy/decision.ts` as a schema. */
export const DecisionAnswer = Type.Object(
  {
    id: Type.String(),
    at: Type.String({ description: 'ISO 8601, milliseconds, of the movable clock.' }),
    action: Type.String(),
    resource: Type.String(),
    principal: Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())]),
    allowed: Type.Boolean(),
    reason: Type.String({
      description: 'allowed, implicit-deny, explicit-deny, or the code of the handshake step that failed.',
    }),
    error: Type.Optional(
      Type.Object(
        { status: Type.Integer(), code: Type.String(), message: Type.String() },
        { description: 'What AWS answers.' },
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
        layer: word(['trust', 'resource', 'identity', 'boundary', 'session', 'scp', 'rcp']),
        outcome: word(['allowed', 'implicit-deny', 'explicit-deny', 'not-applicable']),
        statements: Type.Array(
          Type.Object({
            policy: Type.Integer({ description: 'Which policy of its layer.' }),
            index: Type.Integer({ description: 'Which statement of that policy.' }),
            sid: Type.Optional(Type.String()),
            effect: word(['Allow', 'Deny']),
            applies: Type.Boolean(),
            principal: Verdict,
            action: Verdict,
            resource: Verdict,
            conditions: Type.Array(
              Type.Object({
                operator: Type.String(),
                qualifier: Type.Union([Type.Null(), word(['ForAllValues', 'ForAnyValue'])]),
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
      Type.Unknown({ description: "The role's trust policy as it was judged; the role may have another one by now." }),
    ),
    explanation: Type.Array(Type.String(), { description: 'One sentence each, most decisive first.' }),
    fixes: Type.Array(
      Type.Object({
        sentence: Type.String(),
        target: Type.String(),
        policy: Type.Integer(),
        patch: Type.Array(PatchOperation, { description: 'RFC 6902.' }),
      }),
    ),
  },
  { description: 'A decision.' },
);

/** One remark of the linter. */
export const FindingAnswer = Type.Object({
  path: Type.String({ description: 'JSON Pointer into the policy.' }),
  code: Type.String(),
  severity: word(['error', 'warning', 'info']),
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
    policy: Type.Optional(Type.Unknown({ description: 'The policy document, as an object or as text.' })),
  },
  {
    additionalProperties: true,
    description: 'A policy under `policy`, or the document itself with `kind` beside its members.',
  },
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
