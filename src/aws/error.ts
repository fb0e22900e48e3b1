/** Errors of the AWS wire: thrown anywhere below dispatch, written once by the mouth of the protocol. */

export interface AwsErrorOptions {
  /** What Rolecall knows and AWS does not say; shown in the decision, never in the AWS reply. */
  readonly detail?: string;
  /** The code of the step that failed, for the decision (`bad-signature`, `unknown-issuer`, …). */
  readonly reason?: string;
  /** Another XML namespace than the service's own (InvalidAction uses AWSFault). */
  readonly namespace?: string;
  readonly cause?: unknown;
}

/** An error as AWS answers it. `awsMessage` undefined writes no Message element (MalformedInput has none). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  readonly awsMessage: string | undefined;
  readonly detail: string | undefined;
  readonly reason: string | undefined;
  readonly namespace: string | undefined;

  constructor(code: string, status: number, message: string | undefined, options: AwsErrorOptions = {}) {
    super(message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = status;
    this.awsMessage = message;
    this.detail = options.detail;
    this.reason = options.reason;
    this.namespace = options.namespace;
  }

  /** `Sender` for 4xx, `Receiver` for 5xx. */
  get type(): 'Sender' | 'Receiver' {
    return this.status >= 500 ? 'Receiver' : 'Sender';
  }
}

/** A maker for one code and status: `const noSuchEntity = errorRow('NoSuchEntity', 404)`. */
export const errorRow =
  (code: string, status: number) =>
  (message?: string, options?: AwsErrorOptions): AwsError =>
    new AwsError(code, status, message, options);

export const validationError = errorRow('ValidationError', 400);
export const malformedInput = errorRow('MalformedInput', 400);
export const accessDenied = errorRow('AccessDenied', 403);
export const internalFailure = errorRow('InternalFailure', 500);
export const throttling = errorRow('Throttling', 400);

/** The namespace of errors said before a service is reached: InvalidAction and its kin. */
export const FAULT_NAMESPACE = 'http://webservices.amazon.com/AWSFault/2005-15-09';
