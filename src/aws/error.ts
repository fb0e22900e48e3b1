/** AWS errors: thrown anywhere below dispatch, serialized once by the error serializer of the protocol. */

export interface AwsErrorOptions {
  /** Details that AWS does not return; included in the decision, never in the AWS reply. */
  readonly detail?: string;
  /** The code of the step that failed, for the decision (`bad-signature`, `unknown-issuer`, …). */
  readonly reason?: string;
  /** More about the failed step, for the decision. It must not contain a token or a secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** The message as decisions show it, if AWS's message quotes a part of the request that may contain a token or a secret. */
  readonly recordedMessage?: string;
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
  /** The message for decisions; empty if AWS sends none. */
  readonly recordedMessage: string;
  readonly detail: string | undefined;
  readonly reason: string | undefined;
  readonly facts: Readonly<Record<string, unknown>> | undefined;
  readonly namespace: string | undefined;

  constructor(code: string, status: number, message: string | undefined, options: AwsErrorOptions = {}) {
    super(message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = status;
    this.awsMessage = message;
    this.recordedMessage = options.recordedMessage ?? message ?? '';
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

/** The properties of a call that a message can contain. */
export interface ErrorContext {
  /** `sts:AssumeRole`; undefined for a request that is not an AWS call. */
  readonly action: string | undefined;
  /** Account of a caller that is not authenticated yet. */
  readonly account: string;
  /** Movable time, epoch seconds. */
  readonly seconds: number;
}

/** A row of the catalogue of errors: creates errors of one code and status. */
export interface ErrorRow {
  /** Without a message, the error has the row's constant message, if it has one. */
  (message?: string, options?: AwsErrorOptions): AwsError;
  readonly code: string;
  readonly status: number;
  /** AWS's message in a context; null if AWS sends none, undefined if AWS's messages depend on the input. */
  messageFor(context: ErrorContext): string | null | undefined;
}

/**
 * Creates a row: `const noSuchEntity = errorRow('NoSuchEntity', 404)`. `message` is AWS's message for the code: constant,
 * made from the context, or null if AWS sends none.
 */
export function errorRow(
  code: string,
  status: number,
  message?: string | ((context: ErrorContext) => string | undefined) | null,
): ErrorRow {
  const constant = typeof message === 'string' ? message : undefined;
  const create = (text?: string, options?: AwsErrorOptions): AwsError =>
    new AwsError(code, status, text ?? constant, options);
  const messageFor = (context: ErrorContext): string | null | undefined =>
    typeof message === 'function' ? message(context) : message;
  return Object.assign(create, { code, status, messageFor });
}

/** AWS's message for a denied call whose caller is not named. */
export const notAuthorizedMessage = (action: string): string => `Not authorized to perform ${action}`;

export const validationError = errorRow('ValidationError', 400);
export const malformedInput = errorRow('MalformedInput', 400);
export const malformedPolicyDocument = errorRow('MalformedPolicyDocument', 400);
export const accessDenied = errorRow('AccessDenied', 403, ({ action }) => action && notAuthorizedMessage(action));
export const invalidClientTokenId = errorRow(
  'InvalidClientTokenId',
  403,
  'The security token included in the request is invalid.',
);
export const expiredToken = errorRow('ExpiredToken', 403, 'The security token included in the request is expired');
export const signatureDoesNotMatch = errorRow(
  'SignatureDoesNotMatch',
  403,
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
);
export const missingAuthenticationToken = errorRow(
  'MissingAuthenticationToken',
  403,
  'Request is missing Authentication Token',
);
/** AWS sends it without a Message element. */
export const internalFailure = errorRow('InternalFailure', 500, null);

export const unsupportedOperation = errorRow('UnsupportedOperation', 400);
export const methodNotAllowed = errorRow('MethodNotAllowed', 405);
export const unknownOperation = errorRow('UnknownOperationException', 400);
export const malformedQueryString = errorRow('MalformedQueryString', 400);
export const serializationException = errorRow('SerializationException', 400);
export const incompleteSignature = errorRow('IncompleteSignature', 400);
export const requestEntityTooLarge = errorRow('RequestEntityTooLarge', 413);
/** Its XML namespace is FAULT_NAMESPACE. */
export const invalidAction = errorRow('InvalidAction', 400);

const RATE_EXCEEDED = 'Rate exceeded';

/** The errors that every service can return. Source: the Common Errors pages of STS and IAM, and recordings. */
export const COMMON_ERRORS: readonly ErrorRow[] = [
  accessDenied,
  expiredToken,
  internalFailure,
  invalidClientTokenId,
  malformedPolicyDocument,
  missingAuthenticationToken,
  signatureDoesNotMatch,
  validationError,
  malformedInput,
  unsupportedOperation,
  methodNotAllowed,
  unknownOperation,
  malformedQueryString,
  serializationException,
  incompleteSignature,
  requestEntityTooLarge,
  invalidAction,
  errorRow('ServiceUnavailable', 503, 'The request has failed due to a temporary failure of the server.'),
  errorRow('Throttling', 400, RATE_EXCEEDED),
  errorRow('ThrottlingException', 400, RATE_EXCEEDED),
];

/** The namespace of errors that occur before a service is selected, such as InvalidAction. */
export const FAULT_NAMESPACE = 'http://webservices.amazon.com/AWSFault/2005-15-09';

/** The error for an operation that the API version does not have; `version` is undefined if the request names none. */
export const unknownAction = (action: string, version: string | undefined, options?: AwsErrorOptions): AwsError =>
  invalidAction(`Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`, {
    ...options,
    namespace: FAULT_NAMESPACE,
  });
