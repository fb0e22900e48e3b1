/** The trail: one event for each call that CloudTrail would record, in a ring of bounded size. */
import { parseArn } from '../aws/arn.ts';
import type { Outcome } from '../aws/dispatch.ts';
import type { AwsError } from '../aws/error.ts';
import type { Call } from '../aws/operation.ts';
import type { Caller } from '../iam/principals.ts';
import { uuidOf } from '../kernel/random.ts';
import { type EventResource, inAccountOfRole, type SeenEvent, type Shared } from './cross-account.ts';
import { callerIdentity, federatedIdentity, isoSeconds, type UserIdentity } from './identity.ts';
import { recordable, recordMembers } from './members.ts';

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
  #sequence = 0;

  constructor(capacity = 2_000) {
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
    this.#ring[sequence % this.#ring.length] = new TrailEvent(outcome, sequence);
  }

  /** Events of an account, newest first, older than `before` (a sequence number). */
  *newest(account: string, before = Number.POSITIVE_INFINITY): Generator<SeenEvent> {
    const last = Math.min(before, this.#sequence) - 1;
    const first = Math.max(0, this.#sequence - this.#ring.length);
    for (let sequence = last; sequence >= first; sequence--) {
      const event = this.#ring[sequence % this.#ring.length];
      if (event?.account === account) yield event;
      else if (event?.shared?.account === account) yield inAccountOfRole(event, event.shared);
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
  readonly WebIdentityToken?: string | undefined;
  readonly SAMLAssertion?: string | undefined;
  readonly TokenCode?: string | undefined;
}

const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null ? value : NOTHING);

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

/** An event as LookupEvents filters and answers it. It holds few objects, for thousands are kept; the rest is made when read. */
export class TrailEvent implements SeenEvent {
  readonly sequence: number;
  readonly #call: Call<Caller>;
  readonly #auth: 'signed' | 'none';
  readonly #error: AwsError | undefined;
  readonly #asker: unknown;
  readonly #input: Members;
  readonly #output: Members;

  constructor({ call, operation, input, output, error, asker }: Outcome<Caller>, sequence: number) {
    this.sequence = sequence;
    this.#call = call;
    this.#auth = operation.auth;
    this.#error = error;
    this.#asker = asker;
    // The input holds tokens and the output secrets, which must not be kept.
    const { name } = this;
    this.#input = name === 'GetCallerIdentity' ? NOTHING : withoutSecrets(membersOf(input), name);
    this.#output = name.startsWith('Assume') || !this.readOnly ? withoutSecrets(membersOf(output), name) : NOTHING;
  }

  get readOnly(): boolean {
    return READS.test(this.name);
  }

  /** The caller's; of unsigned calls the role's. */
  get account(): string {
    return this.#call.caller?.account ?? parseArn(this.#input.RoleArn ?? '')?.account ?? '';
  }

  /** Follows from the request's id, which no other event has. */
  get id(): string {
    return uuidOf(this.#call.requestId);
  }

  get name(): string {
    return this.#call.operation;
  }

  get source(): string {
    return `${this.#call.service}.amazonaws.com`;
  }

  get at(): number {
    return this.#call.now;
  }

  get accessKeyId(): string | undefined {
    return this.#call.caller?.accessKeyId;
  }

  get principalId(): string | undefined {
    return this.#call.caller?.userId;
  }

  /** What the trail of the account whose role was assumed has too, when it is another; refusals stay with the caller. */
  get shared(): Shared | undefined {
    if (this.name !== 'AssumeRole' || this.#error !== undefined) return undefined;
    const account = parseArn(this.#input.RoleArn ?? '')?.account;
    if (account === undefined || account === this.account) return undefined;
    const { requestId } = this.#call;
    return { account, sharedId: uuidOf(`${requestId} shared`), id: uuidOf(`${requestId} ${account}`) };
  }

  userName(): string | undefined {
    return userNameOf(this.#call.caller, this.#identity());
  }

  resources(): readonly EventResource[] {
    return resourcesOf(this.#input, this.#output);
  }

  record(): Readonly<Record<string, unknown>> {
    const { service, region, sourceIp, userAgent, requestId, secure, host } = this.#call;
    const error = this.#error;
    const isAssume = this.name.startsWith('Assume');
    const role = isAssume && error === undefined ? this.#input.RoleArn : undefined;
    const answers = error === undefined && (isAssume || !this.readOnly);
    return {
      eventVersion: '1.11',
      userIdentity: this.#identity(),
      eventTime: isoSeconds(this.at),
      eventSource: this.source,
      eventName: this.name,
      awsRegion: service === 'iam' ? 'us-east-1' : region,
      sourceIPAddress: sourceIp,
      userAgent,
      ...(error === undefined ? {} : { errorCode: error.code, errorMessage: errorMessage(this.#auth, error.message) }),
      requestParameters: recordMembers(this.#input) ?? null,
      responseElements: answers ? (recordMembers(this.#output) ?? null) : null,
      requestID: requestId,
      eventID: this.id,
      readOnly: this.readOnly,
      ...(role === undefined
        ? {}
        : { resources: [{ accountId: this.shared?.account ?? this.account, type: 'AWS::IAM::Role', ARN: role }] }),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: this.account,
      ...(this.shared === undefined ? {} : { sharedEventID: this.shared.sharedId }),
      eventCategory: 'Management',
      ...(secure ? { tlsDetails: { clientProvidedHostHeader: host } } : {}),
    };
  }

  #identity(): UserIdentity {
    const { caller } = this.#call;
    return caller === undefined ? federatedIdentity(this.name, this.#output, this.#asker) : callerIdentity(caller);
  }
}

const NOTHING: Members = {};

const ASSUME_SECRETS = ['WebIdentityToken', 'SAMLAssertion', 'TokenCode'] as const;

/** Assume calls are many and have their secrets in known places; of other calls every member is looked at. */
function withoutSecrets(members: Members, operation: string): Members {
  if (!operation.startsWith('Assume')) return recordable(members);
  const kept: { -readonly [Name in keyof Members]: Members[Name] } = { ...members };
  const { Credentials: credentials } = members;
  if (credentials !== undefined) {
    kept.Credentials = { AccessKeyId: credentials.AccessKeyId, Expiration: credentials.Expiration };
  }
  for (const name of ASSUME_SECRETS) if (kept[name] !== undefined) kept[name] = undefined;
  return kept;
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
