/** AssumeRoleWithWebIdentity up to the point where credentials may be issued; the dry run of explain walks the same way. */
import type { Call } from '../aws/operation.ts';
import type { Role } from '../iam/model.ts';
import type { EvaluationRequest } from '../iam/policy/decision.ts';
import { claimsOf } from '../iam/policy/issuer-keys.ts';
import type { Caller } from '../iam/principals.ts';
import type { IssuerKeysAnswer } from '../kernel/issuer-keys.ts';
import type { StsDeps } from './deps.ts';
import { notAuthorized } from './errors.ts';
import type { Handshake } from './handshake.ts';
import { packedWebIdentitySize } from './packed-size.ts';
import { assertRegionActive } from './regions.ts';
import type { SessionFacts } from './session.ts';
import { type RequestedPolicies, sessionPolicies } from './session-policies.ts';
import {
  accountOfRole,
  assumeContext,
  findRole,
  roleSessionSeconds,
  trustPolicies,
  unknownRoleSentence,
} from './trust.ts';
import { type OAuthIdentity, readOpaqueToken } from './web-identity/built-in-providers.ts';
import { keyValue, readAmr } from './web-identity/claims.ts';
import { openToken, proveToken, type WebIdentity } from './web-identity/verify.ts';

export const ACTION = 'sts:AssumeRoleWithWebIdentity';

export interface WebIdentityRequest extends RequestedPolicies {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly WebIdentityToken: string;
  readonly ProviderId?: string | undefined;
  readonly DurationSeconds?: number | undefined;
}

/** What may be issued, and what the answer says of the identity. */
export interface WebIdentityGrant {
  readonly role: Role;
  readonly facts: SessionFacts;
  readonly seconds: number;
  readonly packedPolicySize: number;
  readonly provider: string;
  readonly audience: string;
  readonly subject: string;
  readonly sourceIdentity: string | undefined;
}

type KeyValues = ReadonlyMap<string, string | readonly string[]>;

/** Who asks, whatever kind of token said it. */
interface Asker {
  /** As the trust policy names it. */
  readonly provider: string;
  /** The prefix of its condition keys. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly identity: WebIdentity | undefined;
  /** Condition keys for the trust decision alone, in lower case. */
  readonly keys: KeyValues;
  /** Condition keys that the session keeps. */
  readonly lasting: SessionFacts['claims'] & {};
}

/** Decides a request; asynchronous only when the issuer's keys are. Throws AwsError. */
export function assumeWithWebIdentity(
  input: WebIdentityRequest,
  call: Call<Caller>,
  deps: StsDeps,
  handshake: Handshake,
): WebIdentityGrant | Promise<WebIdentityGrant> {
  const account = handshake.attempt('role-arn', () => accountOfRole(input.RoleArn));
  handshake.attempt('region', () => assertRegionActive(call.region, account, deps.settings));
  if (input.ProviderId !== undefined) return withOpaqueToken(input, input.ProviderId, account, call, deps, handshake);
  const opened = openToken(input.WebIdentityToken, account, deps, handshake);
  const { jwt, standard, voucher } = opened;
  const prove = (answer: IssuerKeysAnswer): WebIdentityGrant => {
    const identity = proveToken(opened, answer, input.RoleArn, call.now, handshake);
    return grantTo(askerOf(identity), input, account, call, deps, handshake);
  };
  const answer = deps.issuerKeys(standard.issuer, {
    thumbprints: voucher.thumbprints,
    ...(typeof jwt.kid === 'string' ? { kid: jwt.kid } : {}),
  });
  return answer instanceof Promise ? answer.then(prove) : prove(answer);
}

const NO_KEYS: KeyValues = new Map();

function withOpaqueToken(
  input: WebIdentityRequest,
  providerId: string,
  account: string,
  call: Call<Caller>,
  deps: StsDeps,
  handshake: Handshake,
): WebIdentityGrant {
  handshake.principal = { type: 'federated', provider: providerId, account };
  const tokens = deps.settings.opaqueTokens ?? [];
  const identity: OAuthIdentity = handshake.attempt('provider', () =>
    readOpaqueToken(providerId, input.WebIdentityToken, tokens, call.now),
  );
  handshake.pass('provider', 'opaque-token', { provider: identity.provider, subject: identity.subject });
  const { provider, audience, subject, claims } = identity;
  const asker = { provider, issuer: provider, audience, subject, identity: undefined, keys: NO_KEYS, lasting: claims };
  return grantTo(asker, input, account, call, deps, handshake);
}

/** Condition keys of a verified token: aud, oaud, sub, amr, email, and what AWS knows of certain issuers. */
function askerOf(identity: WebIdentity): Asker {
  const { voucher, standard, claims } = identity;
  const { prefix } = voucher;
  const { audience, audiences, subject } = standard;
  const amr = readAmr(claims);
  const lasting = {
    [`${prefix}:aud`]: audience,
    [`${prefix}:sub`]: subject,
    ...(amr === undefined ? {} : { [`${prefix}:amr`]: amr }),
  };
  const keys = new Map<string, string | readonly string[]>();
  const [only] = audiences;
  const lower = prefix.toLowerCase();
  keys.set(`${lower}:oaud`, audiences.length === 1 && only !== undefined ? only : audiences);
  for (const claim of trustClaims(prefix)) {
    const value = keyValue(claims.get(claim));
    if (value !== undefined) keys.set(`${lower}:${claim}`, value);
  }
  return { provider: voucher.principal, issuer: prefix, audience, subject, identity, keys, lasting };
}

const REMEMBERED = 500;
const claimsByIssuer = new Map<string, readonly string[]>();

/** Claims of an issuer that are keys while trust is judged; looked up once for each of the first 500 issuers. */
function trustClaims(issuer: string): readonly string[] {
  let claims = claimsByIssuer.get(issuer);
  if (claims === undefined) {
    claims = ['email', ...(claimsOf(issuer)?.claims ?? [])];
    if (claimsByIssuer.size < REMEMBERED) claimsByIssuer.set(issuer, claims);
  }
  return claims;
}

function grantTo(
  asker: Asker,
  input: WebIdentityRequest,
  account: string,
  call: Call<Caller>,
  deps: StsDeps,
  handshake: Handshake,
): WebIdentityGrant {
  const role = findRole(input.RoleArn, deps.store);
  if (role === undefined) {
    throw handshake.refuse(
      'role',
      notAuthorized(ACTION, { reason: 'unknown-role', detail: unknownRoleSentence(input.RoleArn, deps.store) }),
    );
  }
  handshake.pass('role', 'found', { role: role.arn });
  const { identity } = asker;
  const tags = identity?.tags?.tags ?? [];
  const transitive = identity?.tags?.transitive ?? [];
  const sourceIdentity = identity?.sourceIdentity;
  askTrust(
    asker,
    role,
    { tags, transitive, sourceIdentity, sessionName: input.RoleSessionName },
    call,
    deps,
    handshake,
  );
  const seconds = roleSessionSeconds(input.DurationSeconds, role, handshake);
  const policies = handshake.attempt('session-policy', () => sessionPolicies(input, account, deps.store));
  const packedPolicySize = handshake.attempt('packed-size', () =>
    packedWebIdentitySize(
      { issuer: asker.issuer, audience: asker.audience, subject: asker.subject, sourceIdentity },
      { policy: policies.inlinePolicy, policyArns: policies.policyArns, tags, transitive },
    ),
  );
  return {
    role,
    facts: {
      kind: 'role',
      account: role.account,
      entityId: role.id,
      name: input.RoleSessionName,
      federatedProvider: asker.provider,
      claims: asker.lasting,
      ...policies,
      ...(tags.length === 0 ? {} : { tags }),
      ...(transitive.length === 0 ? {} : { transitive }),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
    seconds,
    packedPolicySize,
    provider: asker.provider,
    audience: asker.audience,
    subject: asker.subject,
    sourceIdentity,
  };
}

/** The trust policy is asked for the call itself, and by their own actions for session tags and source identity. */
function askTrust(
  asker: Asker,
  role: Role,
  asked: Parameters<typeof assumeContext>[2],
  call: Call<Caller>,
  deps: StsDeps,
  handshake: Handshake,
): void {
  const policies = trustPolicies(role, deps);
  const context = assumeContext(call, role, asked, deps.store);
  for (const [key, value] of asker.keys) context.set(key, value);
  for (const key in asker.lasting) context.set(key.toLowerCase(), asker.lasting[key] ?? '');
  context.set('aws:principalaccount', role.account);
  context.set('aws:principaltype', 'User');
  context.set('aws:userid', asker.provider);
  context.set('sts:roleauthorizedbyidp', String(asker.identity?.roleAuthorized ?? false));
  const actions = [
    ACTION,
    ...(asked.tags.length === 0 ? [] : ['sts:TagSession']),
    ...(asked.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  for (const action of actions) {
    const request: EvaluationRequest = {
      principal: { type: 'federated', provider: asker.provider, account: role.account },
      action,
      resource: role.arn,
      resourceAccount: role.account,
      context,
    };
    const evaluation = handshake.judge(request, policies);
    if (!evaluation.allowed) {
      throw handshake.refuse(
        'trust',
        notAuthorized(action, {
          reason: evaluation.reason,
          detail: `The trust policy of ${role.arn} does not allow ${action}.`,
        }),
      );
    }
  }
  handshake.pass('trust', 'allowed', { actions });
}
