/** The trail: one event for each call that CloudTrail would record, in a ring of bounded size. */
import { parseArn } from '../aws/arn.ts';
import type { Outcome } from '../aws/dispatch.ts';
import type { Caller } from '../iam/principals.ts';
import type { Dice } from '../kernel/random.ts';
import { callerIdentity, federatedIdentity, isoSeconds, type UserIdentity } from './identity.ts';
import { recordMembers } from './members.ts';

export interface EventResource {
  readonly ResourceType: string;
  readonly ResourceName: string;
}

/** An event as LookupEvents filters and answers it; `record` is made when it is read. */
export interface TrailEvent {
  /** Grows by one with each event; pages are cut by it. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly readOnly: boolean;
  /** Movable time, epoch milliseconds. */
  readonly at: number;
  readonly account: string;
  readonly accessKeyId: string | undefined;
  userName(): string | undefined;
  resources(): readonly EventResource[];
  record(): Readonly<Record<string, unknown>>;
}

/** Errors after which nothing is recorded: the caller is unknown, or the token was not one (re:Post on InvalidIdentityToken). */
const UNRECORDED: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'ExpiredTokenException',
  'IDPCommunicationError',
  'InternalFailure',
]);

const READS = /^(Get|List|Simulate|Assume|Decode)/;

/** Keeps the newest `capacity` events. */
export class Trail {
  readonly #ring: (TrailEvent | undefined)[];
  readonly #dice: Dice;
  #sequence = 0;

  constructor(dice: Dice, capacity = 5_000) {
    this.#dice = dice;
    this.#ring = new Array(capacity).fill(undefined);
  }

  /** Records what became of a call. Tokens and secrets are left behind here. */
  observe(outcome: Outcome<Caller>): void {
    const { call, operation, error } = outcome;
    if (call.service === 'cloudtrail') return;
    if (
      error !== undefined &&
      (UNRECORDED.has(error.code) || (operation.auth === 'signed' && call.caller === undefined))
    )
      return;
    const sequence = this.#sequence++;
    this.#ring[sequence % this.#ring.length] = eventOf(outcome, sequence, this.#dice.uuid());
  }

  /** Events of an account, newest first, older than `before` (a sequence number). */
  *newest(account: string, before = Number.POSITIVE_INFINITY): Generator<TrailEvent> {
    const last = Math.min(before, this.#sequence) - 1;
    const first = Math.max(0, this.#sequence - this.#ring.length);
    for (let sequence = last; sequence >= first; sequence--) {
      const event = this.#ring[sequence % this.#ring.length];
      if (event?.account === account) yield event;
    }
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#sequence = 0;
  }
}

/** Members of inputs and answers that events are made of. */
interface Members {
  readonly RoleArn?: string;
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
  readonly OpenIDConnectProviderArn?: string;
  readonly SAMLProviderArn?: string;
  readonly PrincipalArn?: string;
  readonly RoleSessionName?: string;
  readonly Credentials?: { readonly AccessKeyId?: string | undefined; readonly Expiration?: number | undefined };
  readonly AssumedRoleUser?: { readonly Arn?: string };
}

const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null ? value : {});

/** Which members name a resource, and of what type. */
const RESOURCES: readonly (readonly [keyof Members, string])[] = [
  ['RoleArn', 'AWS::IAM::Role'],
  ['RoleName', 'AWS::IAM::Role'],
  ['UserName', 'AWS::IAM::User'],
  ['PolicyArn', 'AWS::IAM::Policy'],
  ['OpenIDConnectProviderArn', 'AWS::IAM::OIDCProvider'],
  ['SAMLProviderArn', 'AWS::IAM::SAMLProvider'],
  ['PrincipalArn', 'AWS::IAM::SAMLProvider'],
];

function resourcesOf(input: Members, output: Members): EventResource[] {
  const named = RESOURCES.flatMap(([member, ResourceType]) => {
    const name = input[member] ?? output[member];
    return typeof name === 'string' ? [{ ResourceType, ResourceName: name }] : [];
  });
  const session = output.AssumedRoleUser?.Arn;
  const key = output.Credentials?.AccessKeyId;
  return [
    ...named,
    ...(session === undefined ? [] : [{ ResourceType: 'AWS::STS::AssumedRole', ResourceName: session }]),
    ...(key === undefined ? [] : [{ ResourceType: 'AWS::IAM::AccessKey', ResourceName: key }]),
  ];
}

/** What an event keeps of a call: the members of assume calls without their secrets, of other calls as records show them. */
interface Kept {
  readonly input: Members;
  readonly output: Members;
  request(): Readonly<Record<string, unknown>> | undefined;
  response(): Readonly<Record<string, unknown>> | undefined;
}

/** Assume calls are many, and their secrets are known: what is shown of them is worked out when it is read. */
function keptOfAssume(input: Members, output: Members): Kept {
  const asked = { ...input, WebIdentityToken: undefined, SAMLAssertion: undefined, TokenCode: undefined };
  const { AccessKeyId, Expiration } = output.Credentials ?? {};
  const answered = output.Credentials === undefined ? output : { ...output, Credentials: { AccessKeyId, Expiration } };
  return {
    input: asked,
    output: answered,
    request: () => recordMembers(asked),
    response: () => recordMembers(answered),
  };
}

const NOTHING: Members = {};

function keptOfOther(input: Members, output: Members, shows: { request: boolean; response: boolean }): Kept {
  const request = shows.request ? recordMembers(input) : undefined;
  const response = shows.response ? recordMembers(output) : undefined;
  const named = (members: Members): Members => {
    const found = RESOURCES.filter(([name]) => members[name] !== undefined);
    return found.length === 0 ? NOTHING : Object.fromEntries(found.map(([name]) => [name, members[name]]));
  };
  return { input: named(input), output: named(output), request: () => request, response: () => response };
}

function eventOf({ call, operation, input, output, error }: Outcome<Caller>, sequence: number, id: string): TrailEvent {
  const { caller, service, region, sourceIp, userAgent, requestId, secure, host, now } = call;
  const { name, auth } = operation;
  const readOnly = READS.test(name);
  const isAssume = name.startsWith('Assume');
  // The input holds tokens and the output secrets, which must not be kept.
  const kept = isAssume
    ? keptOfAssume(membersOf(input), membersOf(output))
    : keptOfOther(membersOf(input), membersOf(output), {
        request: name !== 'GetCallerIdentity',
        response: error === undefined && !readOnly,
      });
  const account = caller?.account ?? parseArn(kept.input.RoleArn ?? '')?.account ?? '';
  const identity = (): UserIdentity =>
    caller === undefined ? federatedIdentity(name, kept.output) : callerIdentity(caller);
  return {
    sequence,
    id,
    name,
    source: `${service}.amazonaws.com`,
    readOnly,
    at: now,
    account,
    accessKeyId: caller?.accessKeyId,
    userName: () => userNameOf(caller, identity()),
    resources: () => resourcesOf(kept.input, kept.output),
    record: () => ({
      eventVersion: '1.11',
      userIdentity: identity(),
      eventTime: isoSeconds(now),
      eventSource: `${service}.amazonaws.com`,
      eventName: name,
      awsRegion: service === 'iam' ? 'us-east-1' : region,
      sourceIPAddress: sourceIp,
      userAgent,
      ...(error === undefined ? {} : { errorCode: error.code, errorMessage: errorMessage(auth, error.message) }),
      requestParameters: kept.request() ?? null,
      responseElements: error === undefined ? (kept.response() ?? null) : null,
      requestID: requestId,
      eventID: id,
      readOnly,
      ...(isAssume && error === undefined && kept.input.RoleArn !== undefined
        ? { resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: kept.input.RoleArn }] }
        : {}),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      ...(secure ? { tlsDetails: { clientProvidedHostHeader: host } } : {}),
    }),
  };
}

/** Denied web identity and SAML calls do not say why (re:Post, and public logs). */
const errorMessage = (auth: 'signed' | 'none', message: string): string =>
  auth === 'none' ? 'An unknown error occurred' : message;

/** User name, role session name, or subject (the last unconfirmed). */
function userNameOf(caller: Caller | undefined, identity: UserIdentity): string | undefined {
  if (caller === undefined) return identity.userName;
  if (caller.kind === 'root') return 'root';
  return caller.kind === 'role' ? caller.session.name : caller.name;
}
