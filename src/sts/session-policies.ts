/** Session policies of a request: the inline policy must be valid, the managed policies must exist. */

import { managedPolicy } from '../accounts/managed-policies.ts';
import { parseArn } from '../aws/arn.ts';
import { validationError } from '../aws/error.ts';
import { defined } from '../kernel/defined.ts';
import { JsonError, readJson } from '../kernel/json.ts';
import { parsePolicy } from '../policy/index.ts';
import { malformedPolicyDocument } from '../policy/web-identity/refusals.ts';
import type { Store } from '../store/store.ts';
import { invalidParameterValue } from './errors.ts';

/** Maximum number of managed session policies (STS API reference). */
const MAX_ARNS = 10;

export interface SessionPolicies {
  readonly inlinePolicy?: string;
  readonly policyArns?: readonly string[];
}

export interface RequestedPolicies {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
}

/** Reads and validates them for a session in `account`. Throws MalformedPolicyDocument, ValidationError, InvalidParameterValue. */
export function sessionPolicies(input: RequestedPolicies, account: string, store: Store): SessionPolicies {
  const arns = (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []);
  if (arns.length > MAX_ARNS) {
    throw invalidParameterValue(`The number of session policies must not exceed ${MAX_ARNS}`, {
      reason: 'too-many-session-policies',
      detail: `The request has ${arns.length} managed session policies; the maximum is ${MAX_ARNS}.`,
    });
  }
  for (const arn of arns) checkManaged(arn, account, store);
  if (input.Policy !== undefined) checkInline(input.Policy);
  return {
    ...defined({ inlinePolicy: input.Policy }),
    ...(arns.length === 0 ? {} : { policyArns: arns }),
  };
}

function checkManaged(arn: string, account: string, store: Store): void {
  const parsed = parseArn(arn);
  if (parsed === undefined || parsed.service !== 'iam' || !parsed.resource.startsWith('policy/')) {
    throw validationError(`${arn} is invalid`, {
      reason: 'invalid-session-policy-arn',
      detail: `${arn} is not the ARN of a managed policy.`,
    });
  }
  const own = parsed.account === account || parsed.account === 'aws';
  if (own && managedPolicy(arn, store) !== undefined) return;
  throw malformedPolicyDocument(`Policy ${arn} does not exist or is not attachable.`, {
    reason: 'unknown-session-policy',
    detail: own
      ? `The managed policy ${arn} does not exist.`
      : `${arn} is not in the account of the session, ${account}.`,
  });
}

function checkInline(text: string): void {
  const parsed = parsePolicy(text, { kind: 'session', strictness: 'evaluated' });
  if (parsed.ok) return;
  const [fault] = parsed.faults;
  const detail = `The session policy is invalid at ${fault?.path || 'its root'}: ${fault?.message ?? ''}`;
  throw malformedPolicyDocument(
    isJson(text) ? 'Syntax errors in policy.' : 'The policy is not in the valid JSON format.',
    { reason: 'malformed-session-policy', detail },
  );
}

/** Maximum nesting depth; a policy has six levels. */
const MAX_DEPTH = 1000;

function isJson(text: string): boolean {
  try {
    readJson(text, { size: text.length, depth: MAX_DEPTH, values: text.length });
    return true;
  } catch (error) {
    // Not JSON.
    if (error instanceof JsonError) return false;
    throw error;
  }
}
