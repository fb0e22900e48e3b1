/** Decisions about calls that fail although no policy denies them: before they are authorized, or after. */
import type { AwsError } from '../aws/error.ts';
import type { RefusedCall, Stage } from '../aws/wire.ts';
import { shownKeyId } from './credentials.ts';
import type { NewDecision } from './decision-log.ts';
import type { Caller } from './principals.ts';
import { policyPrincipal } from './request-context.ts';

/** The step that failed, by the stage of the pipeline. */
const STEPS: Readonly<Record<Stage, string>> = {
  authenticate: 'credentials',
  read: 'parameters',
  handle: 'request',
};

/** Errors of the signature itself; other errors of the stage are about the access key and the session token. */
const SIGNATURE_ERRORS: ReadonlySet<string> = new Set(['SignatureDoesNotMatch', 'IncompleteSignature']);

/** The decision about a call that a stage refused before anything was decided. */
export function refusalOf(error: AwsError, { call, stage, parameters, accessKeyId }: RefusedCall<Caller>): NewDecision {
  const step = SIGNATURE_ERRORS.has(error.code) ? 'signature' : STEPS[stage];
  return {
    action: `${call.service}:${call.operation}`,
    resource: parameters.get('RoleArn') || '*',
    principal: principalOf(call.caller, accessKeyId),
    evaluated: undefined,
    ...refusedBy(error, [], step),
    detail: sentenceOf(error),
  };
}

/** What is known of the caller. */
function principalOf(caller: Caller | undefined, accessKeyId: string | undefined): NewDecision['principal'] {
  if (caller !== undefined) return policyPrincipal(caller);
  return accessKeyId === undefined ? null : { accessKeyId: shownKeyId(accessKeyId) };
}

/** A decision that allowed a call which was refused afterwards: it keeps the evaluated policies. */
export function refusedAfterwards(allowed: NewDecision, error: AwsError): NewDecision {
  const sentence = sentenceOf(error);
  const isByPolicies = allowed.evaluated !== undefined;
  return {
    ...allowed,
    ...refusedBy(error, allowed.steps, STEPS.handle),
    detail: isByPolicies
      ? `The policies allow ${allowed.action}; AWS refuses the request for another reason: ${sentence}`
      : sentence,
  };
}

function refusedBy(error: AwsError, passed: NewDecision['steps'], step: string) {
  const { code, status, recordedMessage: message, reason = code, facts } = error;
  return {
    allowed: false,
    reason,
    error: { status, code, message },
    steps: [...passed, { name: step, ok: false, code: reason, detail: { sentence: sentenceOf(error), ...facts } }],
  };
}

/** Rolecall's own sentence, else AWS's message. */
const sentenceOf = ({ detail, recordedMessage, code }: AwsError): string => detail ?? (recordedMessage || code);
