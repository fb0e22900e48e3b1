/** What a playground is made of: who mints for whom, what is called, and the policy that judges it. Texts as they are typed. */
import type { IssuerView } from '../api/words.ts';

export interface Setup {
  /** Id of a hosted issuer. */
  readonly issuer: string;
  readonly audience: string;
  /** Client ids registered with the provider, separated by commas. */
  readonly clientIds: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** The trust policy. */
  readonly policy: string;
  /** Claims and inputs that differ from the preset's, as texts. */
  readonly claims: Readonly<Record<string, string>>;
}

export interface Field {
  /** A claim or an input of the preset. */
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly type?: 'text' | 'yes-no';
}

interface Form {
  readonly presets: RegExp;
  readonly fields: readonly Field[];
  /** The conditions of a first policy; `aud` is added. */
  readonly conditions: (prefix: string) => Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const field = (name: string, title: string, hint: string): Field => ({ name, title, hint });

/** The claims worth a field of their own, by preset; the first row that fits. */
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

const otherwise: Form = {
  presets: /^/,
  fields: [field('sub', 'Subject', 'user-123')],
  conditions: prefix => ({ StringEquals: { [`${prefix}:sub`]: 'user-123' } }),
};

const formOf = (issuer: Pick<IssuerView, 'id' | 'preset'>): Form =>
  forms.find(({ presets }) => presets.test(issuer.preset ?? issuer.id)) ?? otherwise;

export const fieldsOf = (issuer: Pick<IssuerView, 'id' | 'preset'>): readonly Field[] => formOf(issuer).fields;

export const ACCOUNT = '000000000000';

/** The issuer without its scheme, as provider ARNs and condition keys have it. */
export const prefixOf = (iss: string): string => iss.replace(/^https?:\/\//, '');

export const providerArn = (iss: string, account = ACCOUNT): string =>
  `arn:aws:iam::${account}:oidc-provider/${prefixOf(iss)}`;

/** A trust policy that lets the preset's usual token in; `subject` is that token's, where it is known. */
export function firstPolicy(issuer: IssuerView, audience: string, subject?: string): string {
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

export const firstSetup = (issuer: IssuerView): Setup => {
  const audience = 'sts.amazonaws.com';
  return {
    issuer: issuer.id,
    audience,
    clientIds: audience,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
    sessionName: 'playground',
    policy: firstPolicy(issuer, audience),
    claims: {},
  };
};

/** Texts of the form as claims of a mint request: JSON where a text is plainly JSON, numbers for pull requests. */
export function claimsToMint(claims: Readonly<Record<string, string>>): Record<string, unknown> {
  const made: Record<string, unknown> = Object.create(null);
  for (const [name, text] of Object.entries(claims)) if (text !== '') made[name] = claimOf(text);
  return made;
}

function claimOf(text: string): unknown {
  if (!/^(?:true|false|null|-?\d{1,15}|[[{"].*)$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Begins like JSON and is none: a text.
    return text;
  }
}
