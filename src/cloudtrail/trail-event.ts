/** One event of the trail: what is kept of a call, and the record that is made of it when somebody reads. */

import type { Caller } from '../authorization/principals.ts';
import { parseArn } from '../aws/arn.ts';
import type { Outcome } from '../aws/dispatch.ts';
import type { AwsError } from '../aws/error.ts';
import { type Call, LARGE_REQUEST } from '../aws/operation.ts';
import { uuidOf } from '../kernel/random.ts';
import { type CutLimits, cutValue, sizeOf } from '../kernel/size.ts';
import type { EventResource, SeenEvent, Shared } from './cross-account.ts';
import { callerIdentity, federatedIdentity, isoSeconds, type UserIdentity } from './identity.ts';
import { cutCall, cutMembers, membersField, textField } from './limits.ts';
import { recordable } from './members.ts';
import { type Members, membersOf, NAMED, NOTHING, resourcesOf } from './resources.ts';

const READS = /^(Get|List|Simulate|Assume|Decode)/;

/** Bytes of an event apart from what it keeps of its request, measured. */
const OWN_BYTES = 1536;
/** Events estimated to take more are cut. */
const LARGE = OWN_BYTES + 2 * LARGE_REQUEST;
const REQUESTER_LIMITS: CutLimits = { text: 2048, items: 20, depth: 2 };
const WHOLE = { input: false, output: false } as const;

/** An error as records show it. The error itself is not kept: its stack would keep the request. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Denied web identity and SAML calls do not say why (re:Post, and public logs). */
const refusalOf = ({ code, message }: AwsError, auth: 'signed' | 'none'): Refusal => ({
  code,
  message: auth === 'none' ? 'An unknown error occurred' : textField(message),
});

/** An event as LookupEvents filters and answers it. It holds few objects, for thousands are kept; the rest is made when read. */
export class TrailEvent implements SeenEvent {
  readonly sequence: number;
  /** Estimated bytes that keeping it takes. */
  readonly size: number;
  readonly #call: Call<Caller>;
  readonly #error: Refusal | undefined;
  readonly #asker: unknown;
  readonly #input: Members;
  readonly #output: Members;
  /** Which of the two had more members than a record holds. */
  readonly #omitted: Readonly<Record<'input' | 'output', boolean>>;

  /** Of a large request every text is cut; of others a text may keep the whole request alive, which `size` counts. */
  constructor({ call, operation, input, output, error, requester }: Outcome<Caller>, sequence: number) {
    this.sequence = sequence;
    this.#error = error === undefined ? undefined : refusalOf(error, operation.auth);
    // The input holds tokens and the output secrets, which must not be kept.
    const { operation: name, requestSize } = call;
    const isAssume = name.startsWith('Assume');
    const isWrite = !isAssume && !READS.test(name);
    const asked = name === 'GetCallerIdentity' ? NOTHING : withoutSecrets(membersOf(input), name);
    const answered = isAssume || isWrite ? withoutSecrets(membersOf(output), name) : NOTHING;
    // What an assume call answers follows from its request; what another call answers, from what is stored as well.
    const size = OWN_BYTES + 2 * requestSize + (isWrite ? sizeOf(answered) : 0);
    if (size <= LARGE) {
      this.#call = call;
      this.#asker = requester;
      this.#input = asked;
      this.#output = answered;
      this.#omitted = WHOLE;
      this.size = size;
      return;
    }
    const cutInput = cutMembers(asked, NAMED);
    const cutOutput = cutMembers(answered, NAMED);
    this.#call = cutCall(call);
    this.#asker = cutValue(requester, REQUESTER_LIMITS);
    this.#input = cutInput.members;
    this.#output = cutOutput.members;
    this.#omitted = { input: cutInput.omitted, output: cutOutput.omitted };
    const { caller, userAgent, host } = this.#call;
    this.size = OWN_BYTES + sizeOf([caller, userAgent, host, this.#asker, this.#input, this.#output]);
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
      userAgent: textField(userAgent),
      ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
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

/** User name, role session name, or subject (the last unconfirmed). */
function userNameOf(caller: Caller | undefined, identity: UserIdentity): string | undefined {
  if (caller === undefined) return identity.userName;
  if (caller.kind === 'root') return 'root';
  return caller.kind === 'role' ? caller.session.name : caller.name;
}
