/** Dry run of an assume call: the same checks and the same Decision, but no credentials and no entry in the decision log. */

import { toDecision } from '../../authorization/decision-log.ts';
import type { Caller } from '../../authorization/principals.ts';
import { policyPrincipal } from '../../authorization/request-context.ts';
import { compileCheck } from '../../aws/constraints.ts';
import { AwsError, missingAuthenticationToken } from '../../aws/error.ts';
import type { Call } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { Decision } from '../../policy/decision.ts';
import type { StsDeps } from '../deps.ts';
import { assumeRole as assumeRoleRow } from '../operations/assume-role.ts';
import { assumeRoleWithWebIdentity as withWebIdentityRow } from '../operations/assume-role-with-web-identity.ts';
import { AssumeTrace, AssumeTraceEntry } from './assume-trace.ts';
import { ACTION as ASSUME_ROLE, type AssumeRoleRequest, assumeRole } from './role-grant.ts';
import { assumeWithWebIdentity, type WebIdentityRequest, ACTION as WITH_WEB_IDENTITY } from './web-identity-grant.ts';

/** Request of the control API's `explain`. */
interface ExplainRequest {
  readonly action: 'AssumeRoleWithWebIdentity' | 'AssumeRole';
  readonly roleArn: string;
  readonly roleSessionName?: string | undefined;
  readonly webIdentityToken?: string | undefined;
  readonly providerId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly externalId?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly tags?: readonly { readonly key: string; readonly value: string }[] | undefined;
  readonly transitiveTagKeys?: readonly string[] | undefined;
  /** Access key id of the caller of AssumeRole. */
  readonly accessKeyId?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly region?: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** Resolves an access key id to its caller. Throws AwsError. `onVerified` stores the user of a built-in key. */
type FindCaller = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => { readonly caller: Caller; readonly onVerified?: (() => void) | undefined };

const checkAssumeRole = compileCheck(assumeRoleRow.input, true);
const checkWithWebIdentity = compileCheck(withWebIdentityRow.input, true);

/** Evaluates like a call over HTTP and returns the Decision. Rejects only on unexpected errors. */
export async function explainAssume(request: ExplainRequest, findCaller: FindCaller, deps: StsDeps): Promise<Decision> {
  const call = callOf(request, deps);
  const trace = new AssumeTrace(request.action === 'AssumeRole' ? ASSUME_ROLE : WITH_WEB_IDENTITY, request.roleArn);
  let error: AwsError | undefined;
  try {
    if (request.action === 'AssumeRole') await dryAssumeRole(request, call, findCaller, deps, trace);
    else await dryWebIdentity(request, call, deps, trace);
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    error = thrown;
  }
  return toDecision(Object.assign(new AssumeTraceEntry(trace, call, error), { id: call.requestId }));
}

async function dryAssumeRole(
  request: ExplainRequest,
  call: Call<Caller>,
  findCaller: FindCaller,
  deps: StsDeps,
  trace: AssumeTrace,
): Promise<void> {
  const caller = trace.attempt('credentials', () => {
    if (request.accessKeyId !== undefined) {
      const found = findCaller(request.accessKeyId, request.sessionToken);
      // There is no signature here: access to the control API replaces it.
      found.onVerified?.();
      return found.caller;
    }
    throw missingAuthenticationToken(undefined, {
      reason: 'no-credentials',
      detail: 'AssumeRole is a signed call. Set accessKeyId to the access key id of the caller.',
    });
  });
  trace.principal = policyPrincipal(caller);
  const input: AssumeRoleRequest = {
    ...shared(request),
    ...defined({
      ExternalId: request.externalId,
      SourceIdentity: request.sourceIdentity,
      Tags: request.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
      TransitiveTagKeys: request.transitiveTagKeys,
    }),
  };
  trace.attempt('parameters', () => checkAssumeRole(input));
  await assumeRole(input, { ...call, caller }, deps, trace);
}

async function dryWebIdentity(
  request: ExplainRequest,
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): Promise<void> {
  const input = {
    ...shared(request),
    ...defined({ WebIdentityToken: request.webIdentityToken, ProviderId: request.providerId }),
  };
  trace.attempt('parameters', () => checkWithWebIdentity(input));
  await assumeWithWebIdentity(input satisfies Partial<WebIdentityRequest> as WebIdentityRequest, call, deps, trace);
}

const shared = (request: ExplainRequest) => ({
  RoleArn: request.roleArn,
  RoleSessionName: request.roleSessionName ?? 'explain',
  ...defined({
    DurationSeconds: request.durationSeconds,
    Policy: request.policy,
    PolicyArns: request.policyArns?.map(arn => ({ arn })),
  }),
});

function callOf(request: ExplainRequest, deps: StsDeps): Call<Caller> {
  const now = deps.clock.now();
  return {
    requestId: deps.random.uuid(),
    service: 'sts',
    operation: request.action,
    region: request.region ?? 'us-east-1',
    caller: undefined,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    secure: true,
    host: '',
    requestSize: 0,
    now,
    isoTime: new Date(now).toISOString(),
    decided: () => undefined,
  };
}
