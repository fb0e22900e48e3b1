/** Injected faults: AWS errors, statuses, delays and dropped connections, matched by operation and issuer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AwsError } from '../aws/error.ts';
import { defined } from '../kernel/defined.ts';
import { serializeAwsError } from './aws/error-body.ts';

export interface InjectedFaultDeclaration {
  /** If both members are absent, the fault matches every AWS call and every call to an issuer. */
  readonly match: {
    /** An AWS operation, with or without its service (`AssumeRole`, `sts:AssumeRole`). */
    readonly action?: string;
    /** ID of an issuer: matches its endpoints, or with `action` the calls that contain one of its tokens. */
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
  /** Number of requests the fault applies to; absent: it applies until it is deleted. */
  readonly times?: number;
}

/** An injected fault as the control API returns it. */
export interface InjectedFault extends InjectedFaultDeclaration {
  readonly id: string;
  /** Number of requests it has been applied to. */
  readonly hits: number;
}

/** The properties of a request that faults are matched against. */
interface InjectedFaultTarget {
  readonly action?: string;
  readonly issuer?: string;
}

/** Common errors with the status and message that AWS returns. Other codes get status 400 unless the fault sets one. */
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

/** Maximum number of injected faults. */
export const MAX_FAULTS = 1000;

/** The injected faults of one instance, in the order they were added; the first match applies. */
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

  /** Returns false if no fault has this ID. */
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

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** Returns the first matching fault and counts the hit; removes the fault when it has been hit `times` times. */
  take(target: InjectedFaultTarget): InjectedFault | undefined {
    const found = this.#faults.find(fault => matches(fault, target));
    if (found === undefined) return undefined;
    const counted = { ...found, hits: found.hits + 1 };
    const done = counted.times !== undefined && counted.hits >= counted.times;
    this.#faults = this.#faults.flatMap(fault => (fault !== found ? [fault] : done ? [] : [counted]));
    return counted;
  }
}

function matches({ match }: InjectedFault, { action, issuer }: InjectedFaultTarget): boolean {
  if (match.action !== undefined && match.action.slice(match.action.indexOf(':') + 1) !== action) return false;
  // A fault with only an issuer matches the issuer's endpoints, not AWS calls that contain its tokens.
  if (match.issuer !== undefined)
    return match.issuer === issuer && (match.action !== undefined || action === undefined);
  return true;
}

/** Applies a fault to a request. Returns false if the request continues (the fault was only a delay). */
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
  const sentence = message ?? known?.message ?? KNOWN_ERRORS.get(code)?.message ?? 'An injected fault.';
  if (request.url.startsWith('/idp/')) {
    await reply.code(answered).send({ message: sentence, error: code });
    return true;
  }
  const [mediaType, body] = serializeAwsError(new AwsError(code, answered, sentence), request);
  await reply.code(answered).headers({ 'content-type': mediaType, 'x-amzn-requestid': request.id }).send(body);
  return true;
}

/** Waits; returns false if the client closed the connection meanwhile, so that the request is not processed further. */
async function waited(delayMs: number, reply: FastifyReply): Promise<boolean> {
  if (reply.raw.destroyed) return false;
  const disconnected = new AbortController();
  const onClose = (): void => disconnected.abort();
  reply.raw.once('close', onClose);
  try {
    await sleep(delayMs, undefined, { signal: disconnected.signal });
    return true;
  } catch (error) {
    if (disconnected.signal.aborted) return false;
    throw error;
  } finally {
    reply.raw.off('close', onClose);
  }
}

/** The parameters of a Query call, from its body or its URL. */
function formOf(request: FastifyRequest): URLSearchParams {
  const inBody = Buffer.isBuffer(request.body) && request.body.length > 0;
  return new URLSearchParams(inBody ? String(request.body) : (request.url.split('?')[1] ?? ''));
}

/** Reads what faults are matched against. Called only while faults exist, so that other requests have no extra cost. */
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
  return { action: form.get('Action') ?? '', ...defined({ issuer }) };
}

/** The unverified iss claim of a token; empty if the text is not a token. */
function issOf(token: string): string {
  const match = /"iss"\s*:\s*"([^"\\]{1,2048})"/.exec(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return match?.[1] ?? '';
}
