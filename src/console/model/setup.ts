/** The state of a playground as typed: issuer, claims, role and trust policy; and the initial state for an issuer. */
import type { IssuerView } from '../api/types.ts';

export interface Setup {
  /** ID of a hosted issuer. */
  readonly issuer: string;
  readonly audience: string;
  /** Client IDs of the OIDC provider, separated by commas. */
  readonly clientIds: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** The trust policy. */
  readonly policy: string;
  /** Claims and preset inputs that differ from the preset, as text. */
  readonly claims: Readonly<Record<string, string>>;
}

interface Field {
  /** Name of a claim or of a preset input. */
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly type?: 'text' | 'yes-no';
}

interface Form {
  readonly presets: RegExp;
  readonly fields: readonly Field[];
  /** The conditions of the initial policy; `aud` is added. */
  readonly conditions: (prefix: string) => Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const field = (name: string, title: string, hint: string): Field => ({ name, title, hint });

/** The claims that have their own input field, by preset; the first matching row is used. */
const forms: readonly Form[] = [
  {
    presets: /^(github|forgejo)-actions/,
    fields: [
      field('repository', 'Repository', 'octo-org/octo-repo'),
      field('branch', 'Branch', 'main'),
      field('tag', 'Tag', 'v1.0.0'),
      field('pull_request', 'Pull request number', '42'),
      field('environment', 'Environment', 'prod'),
      field('job_workflow_ref', 'Reusable workflow', 'octo-org/ci/.github/workflows/deploy.yml@refs/heads/main'),
      { ...field('use_immutable_subject', 'Immutable subject', ''), type: 'yes-no' },
    ],
    conditions: prefix => ({ StringEquals: { [`${prefix}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main' } }),
  },
  {
    presets: /^gitlab/,
    fields: [
      field('project_path', 'Project', 'my-group/my-project'),
      field('branch', 'Branch', 'main'),
      field('tag', 'Tag', 'v1.0.0'),
      field('environment', 'Environment', 'production'),
      field('user_login', 'User', 'sample-user'),
    ],
    conditions: prefix => ({
      StringEquals: { [`${prefix}:sub`]: 'project_path:my-group/my-project:ref_type:branch:ref:main' },
    }),
  },
  {
    presets: /^(eks|kubernetes|gke|aks)/,
    fields: [
      field('namespace', 'Namespace', 'my-namespace'),
      field('serviceaccount', 'Service account', 'my-serviceaccount'),
    ],
    conditions: prefix => ({
      StringEquals: { [`${prefix}:sub`]: 'system:serviceaccount:my-namespace:my-serviceaccount' },
    }),
  },
];

const defaultForm: Form = {
  presets: /^/,
  fields: [field('sub', 'Subject', 'user-123')],
  conditions: prefix => ({ StringEquals: { [`${prefix}:sub`]: 'user-123' } }),
};

const formOf = (issuer: Pick<IssuerView, 'id' | 'preset'>): Form =>
  forms.find(({ presets }) => presets.test(issuer.preset ?? issuer.id)) ?? defaultForm;

export const fieldsOf = (issuer: Pick<IssuerView, 'id' | 'preset'>): readonly Field[] => formOf(issuer).fields;

export const ACCOUNT = '000000000000';

/** The account of an ARN; empty when the text has none. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** The issuer without its scheme, as in provider ARNs and condition keys. */
export const prefixOf = (iss: string): string => iss.replace(/^https?:\/\//, '');

export const providerArn = (iss: string, account = ACCOUNT): string =>
  `arn:aws:iam::${account}:oidc-provider/${prefixOf(iss)}`;

/** A trust policy that allows the preset's default token; `subject` is the `sub` of that token, if known. */
export function initialPolicy(issuer: IssuerView, audience: string, subject?: string): string {
  const prefix = prefixOf(issuer.issuer);
  const { StringEquals = {} } = formOf(issuer).conditions(prefix);
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: providerArn(issuer.issuer) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${prefix}:aud`]: audience,
        ...StringEquals,
        ...(subject === undefined ? {} : { [`${prefix}:sub`]: subject }),
      },
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

export const initialSetup = (issuer: IssuerView): Setup => {
  const audience = 'sts.amazonaws.com';
  return {
    issuer: issuer.id,
    audience,
    clientIds: audience,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
    sessionName: 'playground',
    policy: initialPolicy(issuer, audience),
    claims: {},
  };
};

/** Converts form texts to claims of a mint request: text that is valid JSON (also a number) is parsed, other text stays a string. */
export function claimsToMint(claims: Readonly<Record<string, string>>): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, text] of Object.entries(claims)) if (text !== '') result[name] = parseClaim(text);
  return result;
}

function parseClaim(text: string): unknown {
  if (!/^(?:true|false|null|-?\d{1,15}|[[{"].*)$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Starts like JSON but is not valid: keep the text.
    return text;
  }
}
