/** The state of a playground as typed: issuer, claims, role and trust policy; and the initial state for an issuer. */
import { builtInProvider } from '../../policy/web-identity/token.ts';
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

/** The client IDs of a setup. */
export const clientIdsOf = ({ clientIds }: Setup): readonly string[] =>
  clientIds
    .split(',')
    .map(id => id.trim())
    .filter(id => id !== '');

/** The audience of AWS's own guides. */
const STS = 'sts.amazonaws.com';

/** The audience of tokens for AWS: that of the platform's guide, if it has one. */
export const audienceFor = (issuer: IssuerView | undefined): string => issuer?.awsAudience ?? STS;

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
  const sub = subject ?? issuer.form?.subject;
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: builtInProvider(issuer.issuer) ?? providerArn(issuer.issuer) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${prefix}:aud`]: audience,
        ...(sub === undefined ? {} : { [`${prefix}:sub`]: sub }),
      },
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

export const initialSetup = (issuer: IssuerView): Setup => {
  const audience = audienceFor(issuer);
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
