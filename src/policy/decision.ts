/** Types of a decision: the request, the verdict of each statement, and the result. Any module may import them. */

/** A JSON value as `readJson` returns it; objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** The kind of a policy; it determines which elements are required and which are prohibited. */
export type PolicyKind = 'identity' | 'trust' | 'resource' | 'session' | 'boundary' | 'scp' | 'rcp';

/** One error in a document. `path` is a JSON Pointer into it (`/Statement/0/Action`), `code` is stable. */
export interface PolicyError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/**
 * The caller.
 * - `user`: an IAM user (also its GetSessionToken sessions); `uniqueId` is AIDA….
 * - `role-session`: `arn` is the session ARN (`arn:aws:sts::…:assumed-role/NAME/SESSION`), `roleArn` the role's with its path, `uniqueId` AROA….
 * - `federated-user`: a GetFederationToken session; `userArn` is the IAM user (or root) that called GetFederationToken.
 * - `federated`: a web identity or SAML caller without AWS credentials; `provider` is the provider ARN or a domain such as `accounts.google.com`.
 * - `account`: some principal of that account; only the account is known.
 */
export type Principal =
  | { readonly type: 'user'; readonly arn: string; readonly account: string; readonly uniqueId?: string | undefined }
  | { readonly type: 'root'; readonly arn: string; readonly account: string }
  | {
      readonly type: 'role-session';
      readonly arn: string;
      readonly roleArn: string;
      readonly account: string;
      readonly uniqueId?: string | undefined;
    }
  | {
      readonly type: 'federated-user';
      readonly arn: string;
      readonly account: string;
      readonly userArn?: string | undefined;
    }
  | { readonly type: 'federated'; readonly provider: string; readonly account?: string | undefined }
  | { readonly type: 'service'; readonly service: string }
  | { readonly type: 'account'; readonly account: string }
  | { readonly type: 'anonymous' };

/** Condition keys of a request, lower-cased. A string is a single value; an array marks a multivalued key, empty = absent. */
export type RequestContext = ReadonlyMap<string, string | readonly string[]>;

/** The input of an evaluation: may `principal` perform `action` on `resource`? */
export interface EvaluationRequest {
  readonly principal: Principal;
  /** `service:Name`, any letter case. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  readonly context: RequestContext;
  /** Owner of the resource, for ARNs without an account (S3); else the ARN's account, else `aws:ResourceAccount`, else the caller's. */
  readonly resourceAccount?: string | undefined;
}

/** A reason as a code with its operands; only `explain.ts` turns it into a sentence. */
export interface Why {
  readonly code: string;
  readonly [operand: string]: string | number | boolean | readonly string[] | undefined;
}

/** The verdict on one element of a statement. */
export interface Verdict {
  readonly ok: boolean;
  readonly why: Why;
}

export type Qualifier = 'ForAllValues' | 'ForAnyValue';

/** The verdict on one operator and key of a Condition block. */
export interface ConditionVerdict extends Verdict {
  /** Without the qualifier, with `IfExists` when written. */
  readonly operator: string;
  readonly qualifier: Qualifier | null;
  /** As written in the policy. */
  readonly key: string;
  /** After variable substitution; a variable without a value stays as written. */
  readonly expected: readonly string[];
  /** null: the key is absent from the request. */
  readonly actual: readonly string[] | null;
}

export interface StatementVerdict {
  /** Index of the policy in its layer (identity and session layers may have several). */
  readonly policy: number;
  /** Index of the statement in that policy. */
  readonly index: number;
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  readonly principal: Verdict;
  readonly action: Verdict;
  readonly resource: Verdict;
  readonly conditions: readonly ConditionVerdict[];
}

export type LayerName = 'trust' | 'resource' | 'identity' | 'boundary' | 'session' | 'scp' | 'rcp';

/** `not-applicable`: such a policy does not limit this caller. */
export type Outcome = 'allowed' | 'implicit-deny' | 'explicit-deny' | 'not-applicable';

export interface LayerVerdict {
  readonly layer: LayerName;
  readonly outcome: Outcome;
  readonly statements: readonly StatementVerdict[];
}

/** The result of the policies; the part of a Decision that `evaluate` computes. */
export interface Evaluation {
  readonly action: string;
  readonly resource: string;
  readonly principal: Principal;
  readonly allowed: boolean;
  /** `allowed`, `implicit-deny` or `explicit-deny`. */
  readonly reason: 'allowed' | 'implicit-deny' | 'explicit-deny';
  readonly layers: readonly LayerVerdict[];
}

/** One check before the policies are evaluated (signature, expiry, audience …). */
export interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly code: string;
  readonly detail?: unknown;
}

/** RFC 6902, the three operations a fix needs. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The document that the patch of a fix belongs to. `request`: the request of the evaluation, `{principal, action, resource, context}`,
 * with the names of context keys in lower case.
 */
export type FixTarget =
  | 'trust-policy'
  | 'resource-policy'
  | 'identity-policy'
  | 'boundary'
  | 'session-policy'
  | 'scp'
  | 'rcp'
  | 'request';

/** Who makes the change: the owner of the policy, the caller by its parameters, the owner of the identity provider, or of the job. */
export type FixSide = 'policy' | 'caller' | 'provider' | 'workflow';

/** What to change so that the request is allowed, and whom else the change lets in. */
export interface Fix {
  readonly side: FixSide;
  /** A few words; a change that lets in others than the policy trusts today is "Allow this caller as well". */
  readonly title: string;
  /** What to change and what it lets in. */
  readonly sentence: string;
  /** Whom the change lets in beyond this caller, each with an example; found by evaluating them. */
  readonly admits: readonly string[];
  readonly target?: FixTarget | undefined;
  /** Index of the policy in its layer. */
  readonly policy?: number | undefined;
  /** The edit; the evaluator has confirmed that the request is allowed with it. Absent: the sentence says what to do. */
  readonly patch?: readonly PatchOperation[] | undefined;
  /** What to know before the change is applied. */
  readonly caution?: string | undefined;
}

/** A decision as the control API returns it: an evaluation with the checks before it, its explanation and its fixes. */
export interface Decision extends Omit<Evaluation, 'reason' | 'principal'> {
  readonly id: string;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  /** As in Evaluation, or what is known about a caller that an earlier check rejected. */
  readonly principal: Principal | Readonly<Record<string, unknown>> | null;
  /** As in Evaluation, or the code of the check that failed (`unknown-issuer`, `bad-signature` …). */
  readonly reason: string;
  readonly error?: { readonly status: number; readonly code: string; readonly message: string } | undefined;
  readonly steps: readonly Step[];
  /** The role's trust policy at the time of the decision, if it was evaluated; the role may have another one now. */
  readonly trustPolicy?: Json | undefined;
  readonly explanation: readonly string[];
  /** What to change, in the order in which to consider it. */
  readonly fixes: readonly Fix[];
  /** For an allow that was called unwanted: changes that keep this caller out. */
  readonly narrow?: readonly Fix[] | undefined;
}

/** One finding of the linter; `fix`, when present, is a patch of the linted document. */
export interface Finding {
  readonly path: string;
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly fix?: { readonly sentence: string; readonly patch: readonly PatchOperation[] } | undefined;
}
