/** GetWebIdentityToken: a signed JWT that identifies the caller to a service outside AWS. */

import { accounts, type Tag } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import { requestContext } from '../../authorization/request-context.ts';
import { stsArn } from '../../aws/arn.ts';
import { accessDenied, validationError } from '../../aws/error.ts';
import type { SignedCall } from '../../aws/operation.ts';
import { integer, list, optional, struct, text, timestampMs } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import type { Check } from '../../policy/web-identity/run.ts';
import { run } from '../assume/run.ts';
import { authorizeActions } from '../authorizer.ts';
import { SignedFacts } from '../caller-checks.ts';
import { operation, type StsDeps } from '../deps.ts';
import { jwtPayloadSizeExceeded, outboundDisabled, sessionDurationEscalation } from '../errors.ts';
import { isOutboundAlgorithm, type OutboundAlgorithm, signOutbound } from '../outbound.ts';
import { assertRegional } from '../regions.ts';
import { distinctKeys, requestTagKeys } from '../session-tags.ts';
import * as shapes from '../shapes.ts';

const TAG_ACTION = 'sts:TagGetWebIdentityToken';
const DEFAULT_SECONDS = 300;
/** Maximum size of the claims in UTF-8 bytes (recorded). */
const MAX_PAYLOAD = 14_984;
const PRINCIPAL_TAG = 'aws:principaltag/';

export const getWebIdentityToken = operation({
  name: 'GetWebIdentityToken',
  auth: 'signed',
  input: struct('GetWebIdentityTokenRequest', {
    Audience: list(text({ min: 1, max: 1000 }), { min: 1, max: 10 }),
    SigningAlgorithm: text({ min: 5, max: 5 }),
    DurationSeconds: optional(integer({ min: 60, max: 3600 })),
    Tags: optional(shapes.tags()),
  }),
  output: struct('GetWebIdentityTokenResponse', { WebIdentityToken: text(), Expiration: timestampMs() }),
  handle: async (input, call, deps) =>
    run(
      checks,
      new OutboundFacts(stsArn(call.caller.account, 'self'), input, call, deps),
      call,
      deps,
      async ({ algorithm, payload, expiresAt }) => ({
        WebIdentityToken: await signOutbound(algorithm, payload, deps),
        Expiration: expiresAt,
      }),
    ),
});

interface TokenRequest {
  readonly Audience: readonly string[];
  readonly SigningAlgorithm: string;
  readonly DurationSeconds?: number | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

class OutboundFacts extends SignedFacts<TokenRequest> {
  readonly tags = this.input.Tags ?? [];
  readonly seconds = this.input.DurationSeconds ?? DEFAULT_SECONDS;
  readonly expiresAt = this.call.now + this.seconds * 1000;
  /** Set by the checks. */
  algorithm!: OutboundAlgorithm;
  issuer!: string;
  payload!: string;
}

/** Whether the feature is enabled is checked last (recorded: AWS gave the other errors while it was disabled). */
const checks: readonly Check<OutboundFacts>[] = [
  {
    name: 'region',
    run({ call }) {
      assertRegional(call);
      return undefined;
    },
  },
  {
    name: 'algorithm',
    run(facts) {
      const algorithm = facts.input.SigningAlgorithm;
      if (!isOutboundAlgorithm(algorithm)) {
        throw validationError(
          'Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms',
          {
            reason: 'unsupported-algorithm',
            detail: `The request asks for ${algorithm}; RS256 and ES384 are supported.`,
          },
        );
      }
      facts.algorithm = algorithm;
      return undefined;
    },
  },
  {
    name: 'tags',
    run({ tags }) {
      distinctKeys(tags);
      return undefined;
    },
  },
  {
    name: 'caller',
    run({ call }) {
      if (call.caller.kind !== 'federated-user') return undefined;
      throw accessDenied('GetWebIdentityToken does not support federated user sessions', {
        reason: 'federated-caller',
        detail: `${call.caller.arn} is a GetFederationToken session.`,
      });
    },
  },
  {
    name: 'policies',
    run(facts) {
      const { action, resource, input, tags, algorithm, seconds, call, deps } = facts;
      const context = {
        ...requestTagKeys(tags),
        'sts:IdentityTokenAudience': input.Audience,
        'sts:SigningAlgorithm': algorithm,
        'sts:DurationSeconds': String(seconds),
      };
      const actions = [action, ...(tags.length === 0 ? [] : [TAG_ACTION])];
      authorizeActions(facts, call, actions, { resource, context }, deps);
      return undefined;
    },
  },
  {
    name: 'duration',
    run({ call, expiresAt }) {
      const { session } = call.caller;
      if (session === undefined || expiresAt < session.expiresAt) return undefined;
      throw sessionDurationEscalation(
        "Requested token expiry time must be before the original session's expiry time.",
        {
          reason: 'outlives-session',
          detail: `The calling session ends at ${new Date(session.expiresAt).toISOString()}.`,
        },
      );
    },
  },
  {
    name: 'feature',
    run(facts) {
      const { account } = facts.call.caller;
      const issuer = facts.deps.store.get(accounts, account)?.value.outboundIssuer;
      if (issuer === undefined) {
        throw outboundDisabled('OutboundWebIdentityFederation is disabled.', {
          reason: 'outbound-disabled',
          detail: `Outbound federation is disabled in account ${account}. Call EnableOutboundWebIdentityFederation first.`,
        });
      }
      facts.issuer = issuer;
      return undefined;
    },
  },
  {
    name: 'payload',
    run(facts) {
      const { input, issuer, tags, seconds, call, deps } = facts;
      facts.payload = claimsOf(input, issuer, tags, seconds, call, deps);
      const size = Buffer.byteLength(facts.payload);
      if (size <= MAX_PAYLOAD) return undefined;
      throw jwtPayloadSizeExceeded('The requested token payload size exceeds the maximum allowed size.', {
        reason: 'payload-too-large',
        detail: `The claims have ${size} bytes; the maximum is ${MAX_PAYLOAD}.`,
      });
    },
  },
  { name: 'feature', run: ({ issuer }) => ({ code: 'enabled', detail: { issuer } }) },
];

/** The claims, from the IAM User Guide (id_roles_providers_outbound_token_claims) and recordings. */
function claimsOf(
  input: TokenRequest,
  iss: string,
  tags: readonly Tag[],
  seconds: number,
  call: SignedCall<Caller>,
  deps: StsDeps,
): string {
  const { caller } = call;
  const { session } = caller;
  const iat = Math.floor(call.now / 1000);
  const sub = caller.kind === 'role' ? caller.roleArn : caller.arn;
  const [only] = input.Audience;
  const principalTags = principalTagsOf(call, deps);
  return JSON.stringify({
    iss,
    aud: input.Audience.length === 1 ? only : input.Audience,
    sub,
    iat,
    exp: iat + seconds,
    jti: deps.random.uuid(),
    'https://sts.amazonaws.com/': {
      aws_account: caller.account,
      source_region: call.region,
      principal_id: sub,
      ...(Object.keys(principalTags).length === 0 ? {} : { principal_tags: principalTags }),
      ...(tags.length === 0 ? {} : { request_tags: record(tags.map(tag => [tag.Key, tag.Value])) }),
      ...defined({
        original_session_exp: session && new Date(session.expiresAt).toISOString(),
        source_identity: session?.sourceIdentity,
        federated_provider: session?.federatedProvider,
      }),
    },
  });
}

/** Principal tags as the authorizer uses them: the tags of the entity, overridden by session tags. */
function principalTagsOf(call: SignedCall<Caller>, deps: StsDeps): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (const [key, value] of requestContext(call, call.caller.account, deps.store)) {
    if (key.startsWith(PRINCIPAL_TAG) && typeof value === 'string')
      found.push([key.slice(PRINCIPAL_TAG.length), value]);
  }
  return record(found);
}

function record(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const made: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}
