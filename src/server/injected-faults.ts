/** Wanted faults: AWS errors, statuses, delays and dropped connections, by operation and issuer, a number of times. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AwsError } from '../aws/error.ts';
import { awsErrorBody } from './aws/error-body.ts';

export interface InjectedFaultDeclaration {
  /** Both absent: every AWS call and every call to an issuer. */
  readonly match: {
    /** An AWS operation, with or without its service (`AssumeRole`, `sts:AssumeRole`). */
    readonly action?: string;
    /** Id of an issuer: its own endpoints, or with `action` the calls that carry a token of it. */
    readonly issuer?: string;
  };
  readonly respond: {
    /** Code of an AWS error. */
    readonly error?: string;
    readonly message?: string;
    readonly status?: number;
    readonly delayMs?: number;
    readonly drop?: boolean;
  };
  /** How often; absent: until it is deleted. */
  readonly times?: number;
}

/** A declared fault as the control API shows it. */
export interface InjectedFault extends InjectedFaultDeclaration {
  readonly id: string;
  /** How often it has been answered. */
  readonly hits: number;
}

/** What a request is, as far as faults look at it. */
export interface InjectedFaultTarget {
  readonly action?: string;
  readonly issuer?: string;
}

/** Errors that tests ask for most, as AWS answers them. Any other code is answered with status 400 unless told otherwise. */
export const KNOWN_ERRORS: ReadonlyMap<string, { readonly status: number; readonly message: string }> = new Map([
  ['Throttling', { status: 400, message: 'Rate exceeded' }],
  ['ThrottlingException', { status: 400, message: 'Rate exceeded' }],
  ['ExpiredToken', { status: 403, message: 'The security token included in the request is expired' }],
  ['ExpiredTokenException', { status: 400, message: 'Token expired' }],
  ['AccessDenied', { status: 403, message: 'Access denied' }],
  [
    'IDPCommunicationError',
    { status: 400, message: 'The request could not be fulfilled because the identity provider could not be reached.' },
  ],
  ['RegionDisabledException', { status: 403, message: 'STS is not activated in this region for the account.' }],
  [
    'SignatureDoesNotMatch',
    {
      status: 403,
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    },
  ],
  ['InvalidClientTokenId', { status: 403, message: 'The security token included in the request is invalid.' }],
  [
    'InvalidIdentityToken',
    {
      status: 400,
      message:
        'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
    },
  ],
  ['LimitExceeded', { status: 409, message: 'Cannot exceed quota.' }],
  [
    'ConcurrentModification',
    {
      status: 409,
      message:
        'The request was rejected because multiple requests to change this object were submitted simultaneously.',
    },
  ],
  ['ServiceFailure', { status: 500, message: 'The request processing has failed because of an unknown error.' }],
  ['InternalFailure', { status: 500, message: 'The request processing has failed because of an unknown error.' }],
  ['ServiceUnavailable', { status: 503, message: 'The request has failed due to a temporary failure of the server.' }],
]);

/** Faults that are kept at once. */
export const MOST_FAULTS = 1000;

/** The faults of one instance, in the order they were declared; the first that fits is answered. */
export class InjectedFaults {
  #faults: InjectedFault[] = [];
  #next = 1;

  list(): readonly InjectedFault[] {
    return this.#faults;
  }

  add(declaration: InjectedFaultDeclaration): InjectedFault {
    const fault = { ...declaration, id: `fault-${this.#next++}`, hits: 0 };
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  /** False when there is none of that id. */
  remove(id: string): boolean {
    const left = this.#faults.filter(fault => fault.id !== id);
    const found = left.length < this.#faults.length;
    this.#faults = left;
    return found;
  }

  clear(): void {
    this.#faults = [];
    this.#next = 1;
  }

  get none(): boolean {
    return this.#faults.length === 0;
  }

  /** The fault that a request meets now, counted; a fault that has been met often enough is forgotten. */
  take(target: InjectedFaultTarget): InjectedFault | undefined {
    const found = this.#faults.find(fault => meets(fault, target));
    if (found === undefined) return undefined;
    const met = { ...found, hits: found.hits + 1 };
    const done = met.times !== undefined && met.hits >= met.times;
    this.#faults = this.#faults.flatMap(fault => (fault !== found ? [fault] : done ? [] : [met]));
    return met;
  }
}

function meets({ match }: InjectedFault, { action, issuer }: InjectedFaultTarget): boolean {
  if (match.action !== undefined && match.action.slice(match.action.indexOf(':') + 1) !== action) return false;
  // A fault of an issuer alone is about its endpoints, not about AWS calls with its tokens.
  if (match.issuer !== undefined)
    return match.issuer === issuer && (match.action !== undefined || action === undefined);
  return true;
}

/** Answers a fault. False when the request goes on (a mere delay). */
export async function answerInjectedFault(
  fault: InjectedFault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const { delayMs, drop, error, status, message } = fault.respond;
  if (delayMs !== undefined && !(await waited(delayMs, reply))) return true;
  if (drop === true) {
    reply.hijack();
    request.raw.socket.destroy();
    return true;
  }
  if (error === undefined && status === undefined) return false;
  const known = KNOWN_ERRORS.get(error ?? '');
  const answered = status ?? known?.status ?? 400;
  const code = error ?? (answered >= 500 ? 'InternalFailure' : 'ValidationError');
  const sentence = message ?? known?.message ?? KNOWN_ERRORS.get(code)?.message ?? 'A fault that was asked for.';
  if (request.url.startsWith('/idp/')) {
    await reply.code(answered).send({ message: sentence, error: code });
    return true;
  }
  const [mediaType, body] = awsErrorBody(new AwsError(code, answered, sentence), request);
  await reply.code(answered).headers({ 'content-type': mediaType, 'x-amzn-requestid': request.id }).send(body);
  return true;
}

/** Waits; false when the client went away meanwhile, for then nothing of its request should stay. */
async function waited(delayMs: number, reply: FastifyReply): Promise<boolean> {
  if (reply.raw.destroyed) return false;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  reply.raw.once('close', onClose);
  try {
    await sleep(delayMs, undefined, { signal: gone.signal });
    return true;
  } catch (error) {
    if (gone.signal.aborted) return false;
    throw error;
  } finally {
    reply.raw.off('close', onClose);
  }
}

/** The parameters of a Query call, from its body or its address. */
function formOf(request: FastifyRequest): URLSearchParams {
  const inBody = Buffer.isBuffer(request.body) && request.body.length > 0;
  return new URLSearchParams(inBody ? String(request.body) : (request.url.split('?')[1] ?? ''));
}

/** What a request is: read only while there are faults, so that the road pays nothing for them. */
export function injectedFaultTarget(
  request: FastifyRequest,
  issuerOf: (iss: string) => string | undefined,
): InjectedFaultTarget | undefined {
  const path = request.url.split('?')[0] ?? '';
  if (path.startsWith('/idp/')) return { issuer: path.split('/')[2] ?? '' };
  if (path !== '/') return undefined;
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return { action: target.slice(target.lastIndexOf('.') + 1) };
  const form = formOf(request);
  const issuer = issuerOf(issOf(form.get('WebIdentityToken') ?? ''));
  return { action: form.get('Action') ?? '', ...(issuer === undefined ? {} : { issuer }) };
}

/** The iss a token claims, unverified; empty for what is no token. */
function issOf(token: string): string {
  const match = /"iss"\s*:\s*"([^"\\]{1,2048})"/.exec(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return match?.[1] ?? '';
}
