/** The checks of AssumeRole on its parameters and its caller, and of the session that a role call requests. */

import type { Tag } from '../../accounts/model.ts';
import type { Session } from '../../authorization/principals.ts';
import { accessDenied, validationError } from '../../aws/error.ts';
import { packedSize } from '../../policy/web-identity/packed-size.ts';
import type { Passed } from '../../policy/web-identity/run.ts';
import { checkChaining, roleSeconds } from '../../policy/web-identity/session-duration.ts';
import { invalidParameterValue, userNotAuthorized } from '../errors.ts';
import { verifyMfaParameters } from '../mfa-parameters.ts';
import { sessionPolicies } from '../session-policies.ts';
import { assertTags } from '../session-tags.ts';
import type { AssumeRoleFacts, AuthorizedWorkload, ServiceFacts, WebIdentityCallFacts } from './facts.ts';

/** The requested tags; those of a calling session cannot be set again. */
export function requestedTags({ call, tags, transitive }: AssumeRoleFacts): Passed {
  assertTags({ tags, transitive }, call.caller.session);
  return undefined;
}

/** Verifies the workload and sets the tags of its session: all are transitive (Amazon EKS User Guide, pod-id-abac). */
export function authorizedWorkload(facts: ServiceFacts): Passed | Promise<Passed> {
  const pass = ({ code, tags }: AuthorizedWorkload): Passed => {
    facts.tags = tags;
    facts.transitive = tags.map(tag => tag.Key);
    return { code };
  };
  const authorized = facts.request.authorize();
  return authorized instanceof Promise ? authorized.then(pass) : pass(authorized);
}

/** The tags that the service adds. */
export function serviceTags({ tags }: ServiceFacts): Passed {
  assertTags({ tags, transitive: [] }, undefined);
  return undefined;
}

/** A source identity must not begin with `aws:` (STS API reference, AssumeRole). */
export function requestedSourceIdentity({ input }: AssumeRoleFacts): Passed {
  if (input.SourceIdentity?.startsWith('aws:') !== true) return undefined;
  throw validationError('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"', {
    reason: 'bad-source-identity',
    detail: 'The source identity begins with "aws:".',
  });
}

/** Refuses context assertions of IAM Identity Center, because Rolecall cannot verify them. */
export function noContexts({ input }: AssumeRoleFacts): Passed {
  if (input.ProvidedContexts === undefined || input.ProvidedContexts.length === 0) return undefined;
  throw invalidParameterValue('The provided context assertion is not valid.', {
    reason: 'context-assertion',
    detail: 'ProvidedContexts contains assertions of IAM Identity Center, which Rolecall does not emulate.',
  });
}

/** The root user cannot assume roles; a GetFederationToken session can call no STS operation except GetCallerIdentity. */
export function assumingCaller({ call, action, resource }: AssumeRoleFacts): Passed {
  const { caller } = call;
  if (caller.kind === 'root') {
    throw accessDenied('Roles may not be assumed by root accounts.', {
      reason: 'root-caller',
      detail: `${caller.arn} is the root user. Only IAM users and roles can assume roles.`,
    });
  }
  if (caller.kind === 'federated-user') {
    throw userNotAuthorized(caller.arn, action, resource, {
      reason: 'federated-caller',
      detail: 'Credentials from GetFederationToken cannot call any STS operation except GetCallerIdentity.',
    });
  }
  const code = caller.session === undefined ? 'long-term-credentials' : 'session-credentials';
  return { code, detail: { arn: caller.arn } };
}

/** The MFA code, when the request has one. Asynchronous only then. */
export function requestedMfa(facts: AssumeRoleFacts): Passed | Promise<Passed> {
  const { input, call, deps } = facts;
  return verifyMfaParameters(input, call.caller, deps)?.then(passed => {
    facts.mfaAt = call.now;
    return passed;
  });
}

/** The source identity of a calling session cannot be changed. */
export function unchangedSourceIdentity({ call, role, sourceIdentity }: AssumeRoleFacts): Passed {
  const { caller } = call;
  const inherited = caller.session?.sourceIdentity;
  if (inherited === undefined || inherited === sourceIdentity) return undefined;
  throw userNotAuthorized(caller.arn, 'sts:SetSourceIdentity', role.arn, {
    reason: 'source-identity-set',
    detail: `The source identity of the calling session is ${inherited} and cannot be changed.`,
  });
}

/** The requested duration must not exceed the role's maximum. */
export function roleDuration(facts: AssumeRoleFacts | WebIdentityCallFacts): Passed {
  facts.seconds = roleSeconds(facts.input.DurationSeconds, facts.role);
  return undefined;
}

/** A service shortens its sessions to the role's maximum. */
export function serviceDuration(facts: ServiceFacts): Passed {
  facts.seconds = Math.min(facts.request.seconds, facts.role.maxSessionDuration);
  return undefined;
}

/** A session of a session lasts at most an hour. */
export function chainedDuration({ call, seconds }: AssumeRoleFacts): Passed {
  if (call.caller.session !== undefined) checkChaining(seconds, call.caller.arn);
  return undefined;
}

/** The session policies must be valid and exist. */
export function requestedPolicies(facts: AssumeRoleFacts | WebIdentityCallFacts): Passed {
  const { input, account, deps } = facts;
  if (input.Policy === undefined && input.PolicyArns === undefined) return undefined;
  facts.sessionPolicies = sessionPolicies(input, account, deps.store);
  return undefined;
}

/** The tags of the new session: the transitive tags of the calling session, and the requested ones. */
export function sessionTags({ call, tags, transitive }: AssumeRoleFacts) {
  const inherited = inheritedTags(call.caller.session);
  return { tags: [...inherited, ...tags], transitive: [...inherited.map(tag => tag.Key), ...transitive] };
}

function inheritedTags(session: Session | undefined): readonly Tag[] {
  const keys = new Set(session?.transitive?.map(key => key.toLowerCase()));
  return (session?.tags ?? []).filter(tag => keys.has(tag.Key.toLowerCase()));
}

/** Session policies and tags must fit into a session token. */
export function rolePackedSize(facts: AssumeRoleFacts): Passed {
  const { inlinePolicy: policy, policyArns } = facts.sessionPolicies;
  const { tags } = sessionTags(facts);
  const packed = packedSize({ policy, policyArns, tags });
  const isLimited = policy !== undefined || policyArns !== undefined || tags.length > 0;
  facts.packedPolicySize = isLimited ? packed : undefined;
  return undefined;
}

/** The tags of a service must fit into a session token. */
export function servicePackedSize({ tags }: ServiceFacts): Passed {
  packedSize({ tags });
  return undefined;
}
