/** One event of the trail: the data kept from a call, and the record that is created when the event is read. */

import type { Caller } from '../authorization/principals.ts';
import { parseArn } from '../aws/arn.ts';
import type { Outcome } from '../aws/dispatch.ts';
import type { AwsError } from '../aws/error.ts';
import { type Call, LARGE_REQUEST } from '../aws/operation.ts';
import { defined } from '../kernel/defined.ts';
import { uuidOf } from '../kernel/random.ts';
import { type CutLimits, cutValue, estimateSize } from '../kernel/size.ts';
import type { EventResource, SharedEvent, TrailRecord } from './cross-account.ts';
import { callerIdentity, federatedIdentity, isoSeconds, type UserIdentity } from './identity.ts';
import { cutCall, cutMembers, membersField, textField } from './limits.ts';
import { withoutSecretMembers } from './members.ts';
import { IDENTIFYING_MEMBERS, type Members, resourcesOf } from './resources.ts';

const READS = /^(Get|List|Simulate|Assume|Decode)/;

/** Measured size in bytes of an event without data of its request. */
const OWN_BYTES = 1536;
/** Events with a larger estimated size are cut. */
const LARGE = OWN_BYTES + 2 * LARGE_REQUEST;
const REQUESTER_LIMITS: CutLimits = { text: 2048, items: 20, depth: 2 };
const NO_MEMBERS: Members = {};
const WHOLE = { input: false, output: false } as const;

/** The error of a record. The error object is not kept, because its stack would keep the request in memory. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Denied web identity and SAML calls do not contain the reason (re:Post, and public logs). */
const refusalOf = ({ code, message }: AwsError, auth: 'signed' | 'none'): Refusal => ({
  code,
  message: auth === 'none' ? 'An unknown error occurred' : textField(message),
});

/** An event, as LookupEvents filters and returns it. It has few objects, because thousands are kept; the rest is created on read. */
export class TrailEvent implements TrailRecord {
  readonly sequence: number;
  /** Estimated size in bytes. */
  readonly size: number;
  readonly #call: Call<Caller>;
  readonly #error: Refusal | undefined;
  readonly #requester: unknown;
  readonly #input: Members;
  readonly #output: Members;
  /** Whether input and output exceeded the limit of a record. */
  readonly #omitted: Readonly<Record<'input' | 'output', boolean>>;

  /** All texts of a large request are cut; a text of a smaller one may keep the whole request in memory, which `size` includes. */
  constructor({ call, operation, input, output, error, requester }: Outcome<Caller>, sequence: number) {
    this.sequence = sequence;
    this.#error = error === undefined ? undefined : refusalOf(error, operation.auth);
    // The input contains tokens and the output secrets, which must not be kept.
    const { operation: name, requestSize } = call;
    const isAssume = name.startsWith('Assume');
    const isWrite = !isAssume && !READS.test(name);
    const requested = name === 'GetCallerIdentity' ? NO_MEMBERS : withoutSecrets(input, name);
    const answered = isAssume || isWrite ? withoutSecrets(output, name) : NO_MEMBERS;
    // The output of an AssumeRole* call depends only on its request; other outputs also depend on stored data.
    const size = OWN_BYTES + 2 * requestSize + (isWrite ? estimateSize(answered) : 0);
    if (size <= LARGE) {
      this.#call = call;
      this.#requester = requester;
      this.#input = requested;
      this.#output = answered;
      this.#omitted = WHOLE;
      this.size = size;
      return;
    }
    const cutInput = cutMembers(requested, IDENTIFYING_MEMBERS);
    const cutOutput = cutMembers(answered, IDENTIFYING_MEMBERS);
    this.#call = cutCall(call);
    this.#requester = cutValue(requester, REQUESTER_LIMITS);
    this.#input = cutInput.members;
    this.#output = cutOutput.members;
    this.#omitted = { input: cutInput.omitted, output: cutOutput.omitted };
    const { caller, userAgent, host } = this.#call;
    this.size = OWN_BYTES + estimateSize([caller, userAgent, host, this.#requester, this.#input, this.#output]);
  }

  get readOnly(): boolean {
    return READS.test(this.name);
  }

  /** Account of the caller; for unsigned calls the account of the role. */
  get account(): string {
    return this.#call.caller?.account ?? parseArn(this.#input.RoleArn ?? '')?.account ?? '';
  }

  /** Derived from the request ID, which is unique per event. */
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

  /** The event in the role's account, if it is not the caller's account. Refusals are recorded only for the caller. */
  get shared(): SharedEvent | undefined {
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
      userAgent: textField(userAgent),
      ...defined({ errorCode: error?.code, errorMessage: error?.message }),
      requestParameters: membersField({ members: this.#input, omitted: this.#omitted.input }),
      responseElements: answers ? membersField({ members: this.#output, omitted: this.#omitted.output }) : null,
      requestID: requestId,
      eventID: this.id,
      readOnly: this.readOnly,
      ...(role === undefined
        ? {}
        : { resources: [{ accountId: this.shared?.account ?? this.account, type: 'AWS::IAM::Role', ARN: role }] }),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: this.account,
      ...defined({ sharedEventID: this.shared?.sharedId }),
      eventCategory: 'Management',
      ...(secure ? { tlsDetails: { clientProvidedHostHeader: host } } : {}),
    };
  }

  #identity(): UserIdentity {
    const { caller } = this.#call;
    return caller === undefined ? federatedIdentity(this.name, this.#output, this.#requester) : callerIdentity(caller);
  }
}

const ASSUME_SECRETS = ['WebIdentityToken', 'SAMLAssertion', 'TokenCode'] as const;

/** Removes secrets. AssumeRole* calls are frequent and have theirs in known members; for other calls, all members are checked. */
function withoutSecrets(value: unknown, operation: string): Members {
  if (typeof value !== 'object' || value === null) return NO_MEMBERS;
  const members: Members = value;
  if (!operation.startsWith('Assume')) return withoutSecretMembers(members);
  const kept: { -readonly [Name in keyof Members]: Members[Name] } = { ...members };
  const { Credentials: credentials } = members;
  if (credentials !== undefined) {
    kept.Credentials = { AccessKeyId: credentials.AccessKeyId, Expiration: credentials.Expiration };
  }
  for (const name of ASSUME_SECRETS) if (kept[name] !== undefined) kept[name] = undefined;
  return kept;
}

/** User name, role session name, or subject (the last unconfirmed). */
function userNameOf(caller: Caller | undefined, identity: UserIdentity): string | undefined {
  if (caller === undefined) return identity.userName;
  if (caller.kind === 'root') return 'root';
  return caller.kind === 'role' ? caller.session.name : caller.name;
}
