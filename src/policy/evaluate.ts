/**
 * Combines the verdicts of all policies into one result. Source: IAM User Guide, reference_policies_evaluation-logic.
 *
 *   1. any explicit deny: denied
 *   2. SCPs of the caller's account and RCPs of the resource's must allow
 *   3. same account: the resource policy grants by itself when it names the caller, else identity policies decide
 *      other account: resource policy and identity policies must both allow
 *   4. boundary and session policies limit what identity policies grant, and what a resource policy grants to a role ARN
 *   5. a role's trust policy and a KMS key policy must allow in every case
 */
import { splitArn } from '../aws/arn.ts';
import type {
  Evaluation,
  EvaluationRequest,
  LayerName,
  LayerVerdict,
  Outcome,
  Principal,
  StatementVerdict,
} from './decision.ts';
import type { CompiledPolicy } from './document.ts';
import type { NamedBy } from './principal-element.ts';
import { evaluateStatement, type PreparedRequest, prepareRequest } from './statement.ts';

/** All policies of one evaluation, each compiled once by `parsePolicy`. An empty list means the same as an absent one. */
export interface PolicySet {
  /** The policy of the resource; of the role when `kind` is `trust`. */
  readonly resource?: CompiledPolicy | undefined;
  readonly identity?: readonly CompiledPolicy[] | undefined;
  readonly boundary?: CompiledPolicy | undefined;
  /** A federated user without session policies has no permissions; other sessions without them are not limited. */
  readonly session?: readonly CompiledPolicy[] | undefined;
  /** Attached to one entity: one of them must allow. */
  readonly scp?: readonly CompiledPolicy[] | undefined;
  /** RCPFullAWSAccess is added when none of them has an Allow, since AWS does not let it be detached. */
  readonly rcp?: readonly CompiledPolicy[] | undefined;
  /** When absent, derived from the resource and action: for a role and an sts action, `resource` is the trust policy. */
  readonly kind?: 'trust' | 'resource' | undefined;
}

/** Which kinds of policies limit a type of caller. */
interface Limits {
  readonly identity: boolean;
  readonly session: boolean;
  readonly scp: boolean;
  /** Whether absent identity policies mean "nothing is allowed". */
  readonly needsIdentity: boolean;
  readonly needsSession: boolean;
}

const all: Limits = { identity: true, session: true, scp: true, needsIdentity: true, needsSession: false };
const none: Limits = { identity: false, session: false, scp: false, needsIdentity: false, needsSession: false };
const limitsByType: Readonly<Record<Principal['type'], Limits>> = {
  user: all,
  'role-session': all,
  'federated-user': { ...all, needsSession: true },
  account: { ...all, needsIdentity: false },
  root: { ...none, session: true, scp: true },
  federated: none,
  service: none,
  anonymous: none,
};

interface Layer extends LayerVerdict {
  /** How the Allow statements that apply name the caller. */
  readonly grants: ReadonlySet<NamedBy>;
}

/** Evaluates every statement of every policy and combines the verdicts. Pure and synchronous; `explain` creates the sentences on demand. */
export function evaluate(request: EvaluationRequest, policies: PolicySet): Evaluation {
  const { principal, action, resource } = request;
  const limits = limitsByType[principal.type];
  const entity = principal.type === 'user' || principal.type === 'role-session';
  const prepared = prepareRequest(request, entity && policies.boundary !== undefined);
  const exempt = isServiceLinked(principal);
  const trust = isTrust(request, policies);
  const layers: Layer[] = [];
  const add = (name: LayerName, list: readonly CompiledPolicy[] | undefined, limiting: boolean, needed: boolean) => {
    if ((list === undefined || list.length === 0) && !needed) return undefined;
    const layer = evaluateLayer(name, list ?? [], prepared, limiting);
    layers.push(layer);
    return layer;
  };
  const owner = add(trust ? 'trust' : 'resource', policies.resource && [policies.resource], true, trust);
  const identity = add('identity', policies.identity, limits.identity, limits.needsIdentity);
  const boundary = add('boundary', policies.boundary && [policies.boundary], limits.identity, false);
  const session = add('session', policies.session, limits.session, limits.needsSession);
  const scp = add('scp', policies.scp, limits.scp && !exempt, false);
  const rcp = add('rcp', policies.rcp, !exempt, false);

  const denied = layers.some(layer => layer.outcome === 'explicit-deny');
  const allowed =
    !denied &&
    isPassed(scp) &&
    isPassed(rcp) &&
    isGranted({
      request,
      mustBeExplicit: trust || isKeyPolicy(request, policies),
      owner,
      // For an account as caller, identity policies are unknown unless they are given.
      identity:
        identity === undefined && principal.type === 'account' ? owner?.outcome === 'allowed' : isPassed(identity),
      limits: isPassed(boundary) && isPassed(session),
    });
  return {
    action,
    resource,
    principal,
    allowed,
    reason: allowed ? 'allowed' : denied ? 'explicit-deny' : 'implicit-deny',
    layers: layers.map(({ layer, outcome, statements }) => ({ layer, outcome, statements })),
  };
}

/** Whether the layer allows the request, is absent or does not limit this caller. */
const isPassed = (layer: Layer | undefined): boolean =>
  layer === undefined || layer.outcome === 'allowed' || layer.outcome === 'not-applicable';

interface Grant {
  readonly request: EvaluationRequest;
  readonly mustBeExplicit: boolean;
  readonly owner: Layer | undefined;
  readonly identity: boolean;
  readonly limits: boolean;
}

/** Whether resource policy and identity policies together allow the request. */
function isGranted({ request, mustBeExplicit, owner, identity, limits }: Grant): boolean {
  const { principal } = request;
  const open = owner?.outcome === 'allowed';
  if (principal.type === 'federated' || principal.type === 'service' || principal.type === 'anonymous') return open;
  const sameAccount = principal.account === resourceAccount(request, principal.account);
  if (!sameAccount) return open && identity && limits;
  if (open && isGrantedDirectly(principal, owner.grants, limits)) return true;
  return identity && limits && (open || !mustBeExplicit);
}

/**
 * Same account: an Allow to a user, session or federated-user ARN, or to everyone, is final; one to a role ARN, or to the user behind a
 * federated user, is still limited by boundary and session policies; one to the account delegates to identity policies. "Permissions
 * boundaries and session policies do not limit permissions granted using … a wildcard(*) in the Principal element" (evaluation logic).
 */
function isGrantedDirectly(principal: Principal, grants: ReadonlySet<NamedBy>, limits: boolean): boolean {
  if (directly.some(by => grants.has(by)) || (principal.type === 'user' && grants.has('user'))) return true;
  return limits && (grants.has('role') || grants.has('user'));
}

const directly: readonly NamedBy[] = ['session', 'federated-user', 'everyone', 'not-excluded'];

/** Owner of the resource: from the request, from its ARN, from `aws:ResourceAccount`, else the caller's account. */
export function resourceAccount({ resource, resourceAccount: given, context }: EvaluationRequest, own: string): string {
  if (given !== undefined) return given;
  const inArn = splitArn(resource)?.[4];
  if (inArn !== undefined && inArn !== '' && inArn !== '*') return inArn === 'aws' ? own : inArn;
  const key = context.get('aws:resourceaccount');
  return typeof key === 'string' ? key : own;
}

/** Service-linked roles are exempt from SCPs and RCPs. */
const isServiceLinked = (principal: Principal): boolean =>
  principal.type === 'role-session' && principal.roleArn.includes(':role/aws-service-role/');

function isTrust({ action, resource }: EvaluationRequest, { kind, resource: policy }: PolicySet): boolean {
  if (kind !== undefined) return kind === 'trust';
  if (policy === undefined) return false;
  const parts = splitArn(resource);
  return parts?.[2] === 'iam' && parts[5].startsWith('role/') && action.toLowerCase().startsWith('sts:');
}

function isKeyPolicy({ resource }: EvaluationRequest, policies: PolicySet): boolean {
  if (policies.resource === undefined) return false;
  const parts = splitArn(resource);
  return parts?.[2] === 'kms' && parts[5].startsWith('key/');
}

function evaluateLayer(
  layer: LayerName,
  policies: readonly CompiledPolicy[],
  prepared: PreparedRequest,
  limiting: boolean,
): Layer {
  const statements: StatementVerdict[] = [];
  const grants = new Set<NamedBy>();
  let allowed = false;
  let denied = false;
  let hasAllow = false;
  for (const [policy, { statements: compiled }] of policies.entries()) {
    for (const statement of compiled) {
      const { verdict, by } = evaluateStatement(statement, prepared, policy, layer === 'trust');
      statements.push(verdict);
      if (verdict.effect === 'Allow') hasAllow = true;
      if (!verdict.applies) continue;
      if (verdict.effect === 'Deny') denied = true;
      else {
        allowed = true;
        if (by !== undefined) grants.add(by);
      }
    }
  }
  if (layer === 'rcp' && !hasAllow) allowed = true;
  const outcome: Outcome = !limiting
    ? 'not-applicable'
    : denied
      ? 'explicit-deny'
      : allowed
        ? 'allowed'
        : 'implicit-deny';
  return { layer, outcome, statements, grants };
}
