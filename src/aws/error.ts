/** AWS errors: thrown anywhere below dispatch, serialized once by the error serializer of the protocol. */

export interface AwsErrorOptions {
  /** Details that AWS does not return; included in the decision, never in the AWS reply. */
  readonly detail?: string;
  /** The code of the step that failed, for the decision (`bad-signature`, `unknown-issuer`, …). */
  readonly reason?: string;
  /** More about the failed step, for the decision. It must not contain a token or a secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** XML namespace, if it is not the service's own (InvalidAction uses AWSFault). */
  readonly namespace?: string;
  readonly cause?: unknown;
}

/** An AWS error. If `awsMessage` is undefined, the reply has no Message element (MalformedInput has none). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  readonly awsMessage: string | undefined;
  readonly detail: string | undefined;
  readonly reason: string | undefined;
  readonly facts: Readonly<Record<string, unknown>> | undefined;
  readonly namespace: string | undefined;

  constructor(code: string, status: number, message: string | undefined, options: AwsErrorOptions = {}) {
    super(message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = status;
    this.awsMessage = message;
    this.detail = options.detail;
    this.reason = options.reason;
    this.facts = options.facts;
    this.namespace = options.namespace;
  }

  /** `Sender` for 4xx, `Receiver` for 5xx. */
  get type(): 'Sender' | 'Receiver' {
    return this.status >= 500 ? 'Receiver' : 'Sender';
  }
}

/** Returns a function that creates errors of one code and status: `const noSuchEntity = errorRow('NoSuchEntity', 404)`. */
export const errorRow =
  (code: string, status: number) =>
  (message?: string, options?: AwsErrorOptions): AwsError =>
    new AwsError(code, status, message, options);

export const validationError = errorRow('ValidationError', 400);
export const malformedInput = errorRow('MalformedInput', 400);
export const accessDenied = errorRow('AccessDenied', 403);
export const internalFailure = errorRow('InternalFailure', 500);

/** The namespace of errors that occur before a service is selected, such as InvalidAction. */
export const FAULT_NAMESPACE = 'http://webservices.amazon.com/AWSFault/2005-15-09';
