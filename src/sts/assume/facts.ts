/** The facts of the operations that assume a role, and the store as their directory. */

import { type OidcProvider, oidcProviders, type Role, roleByName, roles } from '../../accounts/model.ts';
import { compiled, identityLayers, organizationLayers } from '../../authorization/policies-in-force.ts';
import type { Caller } from '../../authorization/principals.ts';
import { policyPrincipal, requestContext } from '../../authorization/request-context.ts';
import type { AwsError } from '../../aws/error.ts';
import type { Call, SignedCall } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { Principal } from '../../policy/decision.ts';
import type { PolicySet } from '../../policy/index.ts';
import { addSessionKeys, callContext, type MutableRequestContext } from '../../policy/web-identity/context.ts';
import type { Directory } from '../../policy/web-identity/directory.ts';
import { AssumeFacts } from '../../policy/web-identity/facts.ts';
import type { ErrorDetail, ErrorTexts } from '../../policy/web-identity/refusals.ts';
import { WebIdentityFacts, WITH_WEB_IDENTITY } from '../../policy/web-identity/token.ts';
import type { StsDeps } from '../deps.ts';
import { userNotAuthorized } from '../errors.ts';
import type { RequestedPolicies, SessionPolicies } from '../session-policies.ts';
import type { ParsedJwt } from '../web-identity/jwt.ts';
import type { SelectedKey } from '../web-identity/keys.ts';

export const ASSUME_ROLE = 'sts:AssumeRole';

/** Maximum number of roles or providers searched for a suggestion. */
const MAX_NAMES = 1000;

/** Looks up the entities of the store. */
export class StoreDirectory implements Directory<Role> {
  readonly #deps: StsDeps;

  constructor(deps: StsDeps) {
    this.#deps = deps;
  }

  get errorTexts(): ErrorTexts {
    return this.#deps.settings.errorTexts;
  }

  get disabledRegions() {
    return this.#deps.settings.disabledRegions;
  }

  provider(account: string, url: string): OidcProvider | undefined {
    return this.#deps.store.get(oidcProviders, `${account}/${url}`)?.value;
  }

  providersOf(account?: string): readonly OidcProvider[] {
    const found = this.#deps.store.list(oidcProviders, account === undefined ? '' : `${account}/`);
    return found.slice(0, MAX_NAMES).map(({ value }) => value);
  }

  roleNamed(account: string, name: string): Role | undefined {
    return roleByName(this.#deps.store, account, name);
  }

  rolesOf(account?: string): readonly Role[] {
    const found = this.#deps.store.list(roles, account === undefined ? '' : `${account}/`);
    return found.slice(0, MAX_NAMES).map(({ value }) => value);
  }

  trustPolicies(role: Role): PolicySet {
    const { rcp } = organizationLayers(role.account, this.#deps.iam.settings.organization);
    return { resource: compiled(role.trust, 'trust'), kind: 'trust', ...defined({ rcp }) };
  }

  conditionKeys(prefix: string) {
    return this.#deps.conditionKeys.get(prefix);
  }
}

/** Parameters that every request for a role session has. */
export interface RoleSessionRequest extends RequestedPolicies {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number | undefined;
}

const request = ({ RoleArn, RoleSessionName }: RoleSessionRequest) => ({
  roleArn: RoleArn,
  sessionName: RoleSessionName,
});

export interface AssumeRoleRequest extends RoleSessionRequest {
  readonly Tags?: AssumeFacts['tags'] | undefined;
  readonly TransitiveTagKeys?: readonly string[] | undefined;
  readonly ExternalId?: string | undefined;
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
  readonly SourceIdentity?: string | undefined;
  readonly ProvidedContexts?: readonly unknown[] | undefined;
}

/** AssumeRole. */
export class AssumeRoleFacts extends AssumeFacts<Role> {
  declare readonly call: SignedCall<Caller>;
  readonly input: AssumeRoleRequest;
  readonly deps: StsDeps;
  /** Time of MFA, epoch milliseconds. */
  mfaAt: number | undefined = undefined;
  /** Duration of the session. */
  seconds = 0;
  sessionPolicies: SessionPolicies = {};
  /** Undefined without session policies and tags: AWS then returns no PackedPolicySize. */
  packedPolicySize: number | undefined = undefined;

  constructor(input: AssumeRoleRequest, call: SignedCall<Caller>, deps: StsDeps) {
    super(ASSUME_ROLE, request(input), call, new StoreDirectory(deps));
    this.input = input;
    this.deps = deps;
    this.principal = policyPrincipal(call.caller);
    this.tags = input.Tags ?? [];
    this.transitive = input.TransitiveTagKeys ?? [];
    this.sourceIdentity = input.SourceIdentity ?? call.caller.session?.sourceIdentity;
  }

  caller(): Principal {
    return policyPrincipal(this.call.caller);
  }

  /** The trust policy and, where it delegates to the account or the role is in another account, the caller's policies. */
  policies(): PolicySet {
    const { caller } = this.call;
    const { scp } = organizationLayers(caller.account, this.deps.iam.settings.organization);
    const identity = identityLayers(caller, this.deps.iam);
    return { ...identity, ...this.directory.trustPolicies(this.role), ...defined({ scp }) };
  }

  context(): MutableRequestContext {
    const { input, mfaAt } = this;
    const keys = addSessionKeys(requestContext(this.call, this.role.account, this.deps.store), this);
    if (input.ExternalId !== undefined) keys.set('sts:externalid', input.ExternalId);
    if (mfaAt !== undefined) keys.set('aws:multifactorauthpresent', 'true').set('aws:multifactorauthage', '0');
    return keys;
  }

  denied(action: string, known: ErrorDetail): AwsError {
    return userNotAuthorized(this.call.caller.arn, action, this.resource, known);
  }

  explainDenial(action: string): string {
    return `${this.call.caller.arn} is not allowed to perform ${action} on ${this.resource}.`;
  }
}

export interface WebIdentityRequest extends RoleSessionRequest {
  readonly WebIdentityToken: string;
  readonly ProviderId?: string | undefined;
}

/** AssumeRoleWithWebIdentity. */
export class WebIdentityCallFacts extends WebIdentityFacts<Role> {
  readonly input: WebIdentityRequest;
  readonly deps: StsDeps;
  /** Set by `parsedToken`. */
  jwt!: ParsedJwt;
  /** Set by `issuerKey`. */
  key!: SelectedKey;
  seconds = 0;

  constructor(input: WebIdentityRequest, call: Call<Caller>, deps: StsDeps) {
    super(WITH_WEB_IDENTITY, request(input), call, new StoreDirectory(deps));
    this.input = input;
    this.deps = deps;
  }
}

export interface AuthorizedWorkload {
  /** How it was verified, for the decision. */
  readonly code: 'token' | 'service-account';
  /** Tags of its session. */
  readonly tags: AssumeFacts['tags'];
}

/** A call of an AWS service that assumes a role for a workload, as ECS and EKS Pod Identity do. */
export interface ServiceRequest {
  /** `ecs-tasks.amazonaws.com`, `pods.eks.amazonaws.com`. */
  readonly service: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** Requested duration in seconds; the role's MaxSessionDuration is the upper limit. */
  readonly seconds: number;
  /** Verifies the workload. */
  authorize(): AuthorizedWorkload | Promise<AuthorizedWorkload>;
}

/** Assume as a service. */
export class ServiceFacts extends AssumeFacts<Role> {
  readonly request: ServiceRequest;
  seconds = 0;

  constructor(request: ServiceRequest, call: Call<Caller>, deps: StsDeps) {
    super(ASSUME_ROLE, request, call, new StoreDirectory(deps));
    this.request = request;
    this.principal = this.caller();
  }

  caller(): Principal {
    return { type: 'service', service: this.request.service };
  }

  policies(): PolicySet {
    return this.directory.trustPolicies(this.role);
  }

  context(): MutableRequestContext {
    return addSessionKeys(callContext(this.call, this.role.account), this)
      .set('aws:principalisawsservice', 'true')
      .set('aws:principalservicename', this.request.service)
      .set('aws:sourceaccount', this.role.account);
  }

  denied(action: string, known: ErrorDetail): AwsError {
    return userNotAuthorized(this.request.service, action, this.resource, known);
  }

  explainDenial(action: string): string {
    return `The trust policy of ${this.role.arn} does not allow ${this.request.service} to perform ${action}.`;
  }
}
