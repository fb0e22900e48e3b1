/** The words of a decision: what is asked, what each statement answers, and how it adds up. Types only; everybody may import them. */

/** A JSON value as the strict reader returns it; objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** What a policy is attached to; decides which elements it must and must not have. */
export type PolicyKind = 'identity' | 'trust' | 'resource' | 'session' | 'boundary' | 'scp' | 'rcp';

/** One thing wrong with a document. `path` is a JSON Pointer into it (`/Statement/0/Action`), `code` is stable. */
export interface PolicyError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Who asks.
 * - `user`: an IAM user (also its GetSessionToken sessions); `uniqueId` is AIDA….
 * - `role-session`: `arn` is the session ARN (`arn:aws:sts::…:assumed-role/NAME/SESSION`), `roleArn` the role's with its path, `uniqueId` AROA….
 * - `federated-user`: a GetFederationToken session; `userArn` is the IAM user (or root) that called GetFederationToken.
 * - `federated`: a web identity or SAML caller without AWS credentials; `provider` is the provider ARN or a domain such as `accounts.google.com`.
 * - `account`: some principal of that account, known only by its account.
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

/** One question: may `principal` do `action` on `resource`? */
export interface EvaluationRequest {
  readonly principal: Principal;
  /** `service:Name`, any letter case. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  readonly context: RequestContext;
  /** Owner of the resource, for ARNs that do not carry it (S3); else the ARN's account, else `aws:ResourceAccount`, else the caller's. */
  readonly resourceAccount?: string | undefined;
}

/** A reason as a code with its operands; `explain.ts` alone makes sentences of it. */
export interface Why {
  readonly code: string;
  readonly [operand: string]: string | number | boolean | readonly string[] | undefined;
}

/** The answer of one element of a statement. */
export interface Verdict {
  readonly ok: boolean;
  readonly why: Why;
}

export type Qualifier = 'ForAllValues' | 'ForAnyValue';

/** The answer of one operator and key of a Condition block. */
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
  /** Which policy of its layer (identity and session layers may hold many). */
  readonly policy: number;
  /** Which statement of that policy. */
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

/** What the policies say; the part of a Decision that `evaluate` computes. */
export interface Evaluation {
  readonly action: string;
  readonly resource: string;
  readonly principal: Principal;
  readonly allowed: boolean;
  /** `allowed`, `implicit-deny` or `explicit-deny`. */
  readonly reason: 'allowed' | 'implicit-deny' | 'explicit-deny';
  readonly layers: readonly LayerVerdict[];
}

/** One check of the handshake before the policies (signature, expiry, audience …). */
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

export type FixTarget =
  | 'trust-policy'
  | 'resource-policy'
  | 'identity-policy'
  | 'boundary'
  | 'session-policy'
  | 'scp'
  | 'rcp';

/** An edit of one policy that makes the request allowed; the evaluator has confirmed it. */
export interface Fix {
  readonly sentence: string;
  readonly target: FixTarget;
  /** Which policy of the layer. */
  readonly policy: number;
  readonly patch: readonly PatchOperation[];
}

/** A decision as the control API returns it: an evaluation with the handshake before it and the words after it. */
export interface Decision extends Omit<Evaluation, 'reason' | 'principal'> {
  readonly id: string;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  /** As in Evaluation, or whatever the handshake knows of a caller it refused. */
  readonly principal: Principal | Readonly<Record<string, unknown>> | null;
  /** As in Evaluation, or the code of the handshake step that failed (`unknown-issuer`, `bad-signature` …). */
  readonly reason: string;
  readonly error?: { readonly status: number; readonly code: string; readonly message: string } | undefined;
  readonly steps: readonly Step[];
  /** The role's trust policy as it was judged, when it was; the role may have another one by now. */
  readonly trustPolicy?: Json | undefined;
  readonly explanation: readonly string[];
  readonly fixes: readonly Fix[];
}

/** One remark of the linter; `fix`, when present, is a patch of the linted document. */
export interface Finding {
  readonly path: string;
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly fix?: { readonly sentence: string; readonly patch: readonly PatchOperation[] } | undefined;
}
