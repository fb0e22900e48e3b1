/** Dry run of an assume call: the same checks and the same Decision, but no credentials and no entry in the decision log. */

import { toDecision } from '../../authorization/decision-log.ts';
import type { Caller } from '../../authorization/principals.ts';
import { StoredDecision } from '../../authorization/stored-decision.ts';
import { compileCheck } from '../../aws/constraints.ts';
import { type AwsError, missingAuthenticationToken } from '../../aws/error.ts';
import { type Call, DEFAULT_REGION } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { Decision } from '../../policy/decision.ts';
import { AssumeTrace, explainOutcome, outcomeOf, runChecks } from '../../policy/web-identity/run.ts';
import type { StsDeps } from '../deps.ts';
import { assumeRole as assumeRoleRow } from '../operations/assume-role.ts';
import { assumeRoleWithWebIdentity as withWebIdentityRow } from '../operations/assume-role-with-web-identity.ts';
import { assumeRoleChecks, opaqueTokenChecks, webIdentityChecks } from './checks.ts';
import {
  ASSUME_ROLE,
  AssumeRoleFacts,
  type AssumeRoleRequest,
  WebIdentityCallFacts,
  type WebIdentityRequest,
} from './facts.ts';
import { type AsyncCheck, runAsyncChecks } from './run.ts';

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
  /** Whether an allow is explained as one that should not be. */
  readonly unwanted?: boolean | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Whether the call would arrive over TLS. */
  readonly secure: boolean;
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
  if (request.action === 'AssumeRole') return explainAssumeRole(request, call, findCaller, deps);
  const input = {
    ...shared(request),
    ...defined({ WebIdentityToken: request.webIdentityToken, ProviderId: request.providerId }),
  } satisfies Partial<WebIdentityRequest> as WebIdentityRequest;
  const checks = request.providerId === undefined ? webIdentityChecks : opaqueTokenChecks;
  const parameters = parametersCheck(() => checkWithWebIdentity(input));
  return dryRun([parameters, ...checks], new WebIdentityCallFacts(input, call, deps), call, request.unwanted);
}

async function explainAssumeRole(
  request: ExplainRequest,
  call: Call<Caller>,
  findCaller: FindCaller,
  deps: StsDeps,
): Promise<Decision> {
  const trace = new AssumeTrace(ASSUME_ROLE, request.roleArn);
  let caller: Caller | undefined;
  const credentials = {
    name: 'credentials',
    run(): undefined {
      caller = callerOf(request, findCaller);
    },
  };
  const refused = runChecks([credentials], trace);
  if (caller === undefined) return decisionOf(trace, refused, call);
  const input: AssumeRoleRequest = {
    ...shared(request),
    ...defined({
      ExternalId: request.externalId,
      SourceIdentity: request.sourceIdentity,
      Tags: request.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
      TransitiveTagKeys: request.transitiveTagKeys,
    }),
  };
  const parameters = parametersCheck(() => checkAssumeRole(input));
  const facts = new AssumeRoleFacts(input, { ...call, caller }, deps);
  return dryRun([parameters, ...assumeRoleChecks], facts, call, request.unwanted);
}

function callerOf({ accessKeyId, sessionToken }: ExplainRequest, findCaller: FindCaller): Caller {
  if (accessKeyId === undefined) {
    throw missingAuthenticationToken(undefined, {
      reason: 'no-credentials',
      detail: 'AssumeRole is a signed call. Set accessKeyId to the access key id of the caller.',
    });
  }
  const found = findCaller(accessKeyId, sessionToken);
  // There is no signature here: access to the control API replaces it.
  found.onVerified?.();
  return found.caller;
}

/** The constraints of the input, which the pipeline checks on the wire. */
const parametersCheck = (check: () => void) => ({
  name: 'parameters',
  run(): undefined {
    check();
  },
});

async function dryRun<F extends AssumeTrace>(
  checks: readonly AsyncCheck<F>[],
  facts: F,
  call: Call<Caller>,
  unwanted?: boolean,
): Promise<Decision> {
  return decisionOf(facts, await runAsyncChecks(checks, facts), call, unwanted);
}

function decisionOf(facts: AssumeTrace, error: AwsError | undefined, call: Call<Caller>, unwanted?: boolean): Decision {
  const outcome = outcomeOf(facts, error);
  const explain = () => explainOutcome(outcome.evaluated, outcome.detail, outcome.steps, unwanted);
  return toDecision(Object.assign(new StoredDecision(call, outcome), { id: call.requestId, explain }));
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
    region: request.region ?? DEFAULT_REGION,
    caller: undefined,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    secure: request.secure,
    host: '',
    requestSize: 0,
    now,
    isoTime: new Date(now).toISOString(),
    decided: () => undefined,
  };
}
