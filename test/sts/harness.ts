/** Test harness for STS: the services of the emulator, a memory store, a frozen clock and issuers with generated keys. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { parseStringPromise } from 'xml2js';
import { assemble } from '../../src/assemble.ts';
import { DecisionLog } from '../../src/authorization/decision-log.ts';
import type { IamSettings } from '../../src/authorization/deps.ts';
import { dispatch, type WireReply, type WireRequest } from '../../src/aws/dispatch.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import type { IssuerKeys, PublishedKeySet } from '../../src/kernel/issuer-keys.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import { createSealer } from '../../src/kernel/seal.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { StsDeps, StsSettings } from '../../src/sts/deps.ts';
import { administratorOf, rethrow } from '../support/assembly.ts';

export const ACCOUNT = '123456789012';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The administrator of the default account. */
export const ADMIN: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A response: status and headers, and the error or the members of the Result element. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly code?: string | undefined;
  /** null: the error has no Message element. */
  readonly message?: string | null;
  /** Members of the Result; nested structures are objects, lists are not folded. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly decision: Decision | undefined;
}

export interface HarnessOptions {
  readonly settings?: Partial<StsSettings>;
  readonly iam?: Partial<IamSettings>;
  readonly issuerKeys?: IssuerKeys;
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

export interface Harness {
  readonly clock: MovableClock;
  readonly deps: StsDeps;
  readonly keySets: Map<string, PublishedKeySet>;
  sts(action: string, parameters?: Parameters, credentials?: Credentials, host?: string): Promise<Answer>;
  iam(action: string, parameters?: Parameters, credentials?: Credentials): Promise<Answer>;
  decisionOf(answer: Answer): Decision;
}

export function createHarness(options: HarnessOptions = {}): Harness {
  const clock = new MovableClock();
  clock.freeze(true);
  const random = createRandomSource('sts tests');
  const decisionLog = new DecisionLog(random);
  const keySets = new Map<string, PublishedKeySet>();
  const pinned: IssuerKeys = issuer => {
    const keySet = keySets.get(issuer);
    return keySet === undefined
      ? { ok: false, source: 'none', reason: 'no-source', detail: `No keys are known for ${issuer}.` }
      : { ok: true, source: 'pinned', keySet };
  };
  const { sts: deps, pipeline } = assemble({
    store: new MemoryStore(),
    clock,
    random,
    sealer: createSealer('the secret of the tests'),
    decisionLog,
    issuerKeys: options.issuerKeys ?? pinned,
    credentials: administratorOf(ACCOUNT),
    iam: { epoch: 0, providerUrls: 'any', declaredAccounts: [ACCOUNT], ...options.iam },
    sts: { errorTexts: '2026', ...options.settings },
    stages: { onError: rethrow },
  });
  const ask = async (
    service: 'sts' | 'iam',
    action: string,
    parameters: Parameters,
    who: Credentials | undefined,
    host: string,
  ) => {
    const body = formOf({ Action: action, Version: VERSIONS[service], ...parameters });
    const reply = await dispatch(await request(service, host, body, who, clock.real()), pipeline);
    return readAnswer(reply, action, decisionLog);
  };
  return {
    clock,
    deps,
    keySets,
    sts: (action, parameters = {}, who = undefined, host = 'sts.us-east-1.amazonaws.com') =>
      ask('sts', action, parameters, who, host),
    iam: (action, parameters = {}, who = ADMIN) => ask('iam', action, parameters, who, 'iam.amazonaws.com'),
    decisionOf(answer) {
      if (answer.decision === undefined) throw new Error('the answer names no decision');
      return answer.decision;
    },
  };
}

const VERSIONS = { sts: '2011-06-15', iam: '2010-05-08' } as const;

function formOf(parameters: Parameters): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  return pairs.join('&');
}

async function request(
  service: string,
  host: string,
  body: string,
  who: Credentials | undefined,
  at: number,
): Promise<WireRequest> {
  let headers: Record<string, string> = { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  if (who !== undefined) {
    const signer = new SignatureV4({ service, region: 'us-east-1', sha256: Sha256, credentials: who });
    const plain = { method: 'POST', protocol: 'https:', hostname: host, path: '/', query: {}, headers, body };
    headers = (await signer.sign(plain, { signingDate: new Date(at) })).headers;
  }
  return {
    method: 'POST',
    path: '/',
    query: '',
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(body),
    sourceIp: '192.0.2.7',
    secure: true,
  };
}

async function readAnswer(reply: WireReply, action: string, decisionLog: DecisionLog): Promise<Answer> {
  const tree: unknown = await parseStringPromise(reply.body, { explicitArray: false, ignoreAttrs: true });
  const id = Object.entries(reply.headers).find(([name]) => name.toLowerCase() === 'x-rolecall-decision')?.[1];
  const shared = {
    status: reply.status,
    headers: reply.headers,
    body: reply.body,
    decision: id === undefined ? undefined : decisionLog.get(id),
  };
  const error = members(members(members(tree)['ErrorResponse'])['Error']);
  if (reply.status >= 400) {
    const { Code, Message } = error;
    return { ...shared, code: String(Code), message: Message === undefined ? null : String(Message), result: {} };
  }
  return { ...shared, result: members(members(members(tree)[`${action}Response`])[`${action}Result`]) };
}

/** The members of an element; none for text and absent elements. */
export const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The credentials in a response. */
export function credentialsOf(answer: Answer): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = members(answer.result['Credentials']);
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretAccessKey),
    sessionToken: String(SessionToken),
  };
}
