/** The authorizer: evaluates all policies of a caller for an action, and creates AWS's AccessDenied message. */
import { parseArn } from '../aws/arn.ts';
import { type AwsError, accessDenied } from '../aws/error.ts';
import type { SignedCall, Target } from '../aws/operation.ts';
import { defined } from '../kernel/defined.ts';
import type { Evaluation, LayerName } from '../policy/decision.ts';
import { evaluate, type PolicySet } from '../policy/index.ts';
import { invalidCredentials } from './credentials.ts';
import type { IamDeps } from './deps.ts';
import { identityLayers, organizationLayers } from './policies-in-force.ts';
import type { Caller } from './principals.ts';
import { policyPrincipal, requestContext } from './request-context.ts';
import { CallDecision } from './stored-decision.ts';

type AuthorizerDeps = Pick<IamDeps, 'store' | 'decisionLog' | 'settings'>;

/** The authorizer of the pipeline: throws AccessDenied. */
export const createAuthorizer =
  (deps: AuthorizerDeps) =>
  (call: SignedCall<Caller>, target: Target): void =>
    authorize(call, target, deps);

/** Every decision is passed to the call, which records it when it ends. */
function authorize(call: SignedCall<Caller>, target: Target, deps: AuthorizerDeps): void {
  const { caller } = call;
  const requestedAction = target.action ?? `${call.service}:${call.operation}`;
  if (requestedAction.startsWith('iam:') && isSessionWithoutMfa(caller))
    throw refuseSessionWithoutMfa(call, requestedAction, target, deps);
  const { scp, rcp } = organizationLayers(caller.account, deps.settings.organization);
  const policies: PolicySet = {
    ...identityLayers(caller, deps),
    ...defined({ scp }),
    ...(rcp === undefined || !requestedAction.startsWith('sts:') ? {} : { rcp }),
  };
  const resourceAccount = ownerAccount(target.resource, caller.account);
  const request = {
    principal: policyPrincipal(caller),
    action: requestedAction,
    resource: target.resource,
    resourceAccount,
    context: requestContext(call, resourceAccount, deps.store, target.context),
  };
  const evaluation = evaluate(request, policies);
  const message = evaluation.allowed ? undefined : deniedMessage(caller, target, evaluation);
  const { allowed, reason } = evaluation;
  const made = {
    action: requestedAction,
    resource: target.resource,
    principal: request.principal,
    allowed,
    reason,
    error: message === undefined ? undefined : { status: 403, code: 'AccessDenied', message },
    steps: [],
    evaluated: { request, policies, allowed },
    detail: undefined,
  };
  const decision = new CallDecision(call, made, deps.decisionLog);
  call.decided(decision);
  if (message === undefined) return;
  throw accessDenied(CONSOLE_LINK.has(requestedAction) ? message + consoleLink(decision.record()) : message, {
    reason,
  });
}

/** Whether the credentials come from GetSessionToken without MFA. */
const isSessionWithoutMfa = ({ kind, session }: Caller): boolean =>
  (kind === 'user' || kind === 'root') && session?.parentKeyId !== undefined && session.mfaAt === undefined;

/** IAM refuses these credentials, independently of policies (STS API reference, GetSessionToken; 99designs/aws-vault#15). */
function refuseSessionWithoutMfa(
  call: SignedCall<Caller>,
  action: string,
  target: Target,
  deps: AuthorizerDeps,
): AwsError {
  const { caller } = call;
  const detail = `The credentials of ${caller.arn} come from GetSessionToken without MFA; IAM accepts GetSessionToken credentials only with MFA.`;
  const error = invalidCredentials(detail, 'session-without-mfa');
  const { code, status, awsMessage = '' } = error;
  const made = {
    action,
    resource: target.resource,
    principal: policyPrincipal(caller),
    allowed: false,
    reason: 'session-without-mfa',
    error: { status, code, message: awsMessage },
    steps: [{ name: 'credentials', ok: false, code: 'session-without-mfa', detail: { sentence: detail } }],
    evaluated: undefined,
    detail,
  };
  call.decided(new CallDecision(call, made, deps.decisionLog));
  return error;
}

/** The account of a resource; `own` for resources without an account number and for resources of AWS. */
function ownerAccount(resource: string, own: string): string {
  const account = parseArn(resource)?.account ?? '';
  return /^\d{12}$/.test(account) ? account : own;
}

/** Names of the layers in the suffix of AWS's message, in the order in which AWS selects the layer to name. */
const LAYERS: readonly (readonly [LayerName, string, string])[] = [
  ['scp', 'service control policy', 'a service control policy'],
  ['rcp', 'resource control policy', 'a resource control policy'],
  ['resource', 'resource-based policy', 'a resource-based policy'],
  ['identity', 'identity-based policy', 'an identity-based policy'],
  ['boundary', 'permissions boundary', 'a permissions boundary'],
  ['session', 'session policy', 'a session policy'],
];

/**
 * `User: ARN is not authorized to perform: ACTION on resource: RESOURCE because no identity-based policy allows the
 * ACTION action`, or `… with an explicit deny in an identity-based policy`. Without the resource when `target.shown` is
 * an empty string.
 */
export function deniedMessage(caller: Caller, target: Target, { action, layers, reason }: Evaluation): string {
  const shown = target.shown ?? target.resource;
  const head = `User: ${caller.arn} is not authorized to perform: ${action}${shown === '' ? '' : ` on resource: ${shown}`}`;
  const requested = reason === 'explicit-deny' ? 'explicit-deny' : 'implicit-deny';
  const refusing = LAYERS.find(([name]) => layers.some(layer => layer.layer === name && layer.outcome === requested));
  // No layer denies: the resource belongs to another account, whose resource-based policy must allow the action.
  const [, plain, withArticle] = refusing ?? ['resource', 'resource-based policy', 'a resource-based policy'];
  return requested === 'explicit-deny'
    ? `${head} with an explicit deny in ${withArticle}`
    : `${head} because no ${plain} allows the ${action} action`;
}

/** Actions whose denial has a link to the console since 2026 (recorded ones only). */
const CONSOLE_LINK: ReadonlySet<string> = new Set(['iam:GetRole', 'iam:GetOutboundWebIdentityFederationInfo']);

const consoleLink = (id: string): string =>
  `. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/${id} for complete ` +
  `details, or call the GetRequestAuthorizationDetails API with the following authorization id: ${id}`;
