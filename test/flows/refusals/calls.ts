/** Calls that are refused, over HTTP, signed by the SDK's signer; the rows of the tests, and what each row asserts. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it } from 'vitest';
import type { Decision } from '../../../src/policy/decision.ts';
import { ACCOUNT, ADMINISTRATOR, type Keys, type TestBed, useEmulator } from '../../support/emulator.ts';

type ServiceName = 'sts' | 'iam' | 'cloudtrail';

/** A call. Without `keys` it is not signed. */
export interface Call {
  readonly service: ServiceName;
  readonly fields: Readonly<Record<string, string>>;
  readonly keys?: Keys | undefined;
  /** The time of the signature. */
  readonly at?: number;
  /** Changes the headers after the signature. */
  readonly change?: (headers: Record<string, string>) => Record<string, string>;
  /** Body of a JSON 1.1 call of the operation `fields.Action`. */
  readonly json?: string;
}

interface Reply {
  readonly status: number;
  readonly code: string | undefined;
  readonly result: (member: string) => string;
  readonly decision: string;
}

const call =
  (service: ServiceName) =>
  (Action: string, more: object = {}, keys: Keys | undefined = ADMINISTRATOR): Call => ({
    service,
    fields: { Action, ...more },
    keys,
  });

export const iam = call('iam');
export const sts = call('sts');
export const unsigned = (signed: Call): Call => ({ ...signed, keys: undefined });
export const lookUp = (json: string): Call => ({ ...call('cloudtrail')('LookupEvents'), json });
export const arn = (path: string): string => `arn:aws:iam::${ACCOUNT}:${path}`;

export const trusting = (principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' },
  });
export const TRUST = trusting({ AWS: ACCOUNT });
export const allow = (...actions: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } });

const VERSIONS: Readonly<Record<ServiceName, string>> = { sts: '2011-06-15', iam: '2010-05-08', cloudtrail: '' };
const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';

export type Send = (call: Call) => Promise<Reply>;

const sender =
  (url: string): Send =>
  async ({ service, fields, keys, at = Date.now(), change = headers => headers, json }) => {
    const { hostname, port, host } = new URL(url);
    const body = json ?? new URLSearchParams({ Version: VERSIONS[service], ...fields }).toString();
    let headers: Record<string, string> = {
      host,
      'content-type': json === undefined ? 'application/x-www-form-urlencoded' : 'application/x-amz-json-1.1',
      ...(json === undefined ? {} : { 'x-amz-target': `${TARGET}.${fields['Action']}` }),
    };
    if (keys !== undefined) {
      const signer = new SignatureV4({ service, region: 'us-east-1', sha256: Sha256, credentials: keys });
      const address = { protocol: 'http:', hostname, port: Number(port), path: '/', query: {} };
      const signed = await signer.sign({ method: 'POST', ...address, headers, body }, { signingDate: new Date(at) });
      headers = signed.headers;
    }
    const answer = await fetch(url, { method: 'POST', headers: change(headers), body });
    const text = await answer.text();
    return {
      status: answer.status,
      code: /<Code>(.*?)<\/Code>|"__type":"(.*?)"/.exec(text)?.slice(1).find(Boolean),
      result: member => new RegExp(`<${member}>(.*?)</${member}>`).exec(text)?.[1] ?? '',
      decision: answer.headers.get('x-rolecall-decision') ?? '',
    };
  };

export interface RefusalBed {
  readonly bed: TestBed;
  readonly send: Send;
  createRole(): Promise<unknown>;
  /** Credentials of a session of the role `deploy`, which may do everything. */
  session(): Promise<Keys & { readonly sessionToken: string }>;
  /** Access key of the new user `ann` with one policy. */
  userKeys(policy: string): Promise<Keys>;
}

export async function useRefusals(): Promise<RefusalBed> {
  const bed = await useEmulator();
  const send = sender(bed.rolecall.url);
  const createRole = () => send(iam('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: TRUST }));
  return {
    bed,
    send,
    createRole,
    async session() {
      await createRole();
      await send(iam('PutRolePolicy', { RoleName: 'deploy', PolicyName: 'p', PolicyDocument: allow('*') }));
      const { result } = await send(
        sts('AssumeRole', { RoleArn: arn('role/deploy'), RoleSessionName: 'test-session' }),
      );
      return sessionKeys(result);
    },
    async userKeys(policy) {
      await send(iam('CreateUser', { UserName: 'ann' }));
      await send(iam('PutUserPolicy', { UserName: 'ann', PolicyName: 'p', PolicyDocument: policy }));
      const { result } = await send(iam('CreateAccessKey', { UserName: 'ann' }));
      return { accessKeyId: result('AccessKeyId'), secretAccessKey: result('SecretAccessKey') };
    },
  };
}

/** The credentials in a reply. */
export const sessionKeys = (result: Reply['result']) => ({
  accessKeyId: result('AccessKeyId'),
  secretAccessKey: result('SecretAccessKey'),
  sessionToken: result('SessionToken'),
});

export interface Row {
  readonly name: string;
  /** Prepares the state and returns the call that is refused. */
  readonly call: () => Call | Promise<Call>;
  readonly status: number;
  readonly code: string;
  /** The step that failed; undefined: the policies denied, without steps. */
  readonly step: string | undefined;
  /** A sentence of the explanation. */
  readonly sentence: RegExp;
  /** Default: the code. */
  readonly reason?: string;
  /** Default: any. */
  readonly resource?: string;
  /** Default: that of the operation. */
  readonly action?: string;
  /** Default: the administrator. */
  readonly principal?: unknown;
}

export const row = (
  name: string,
  prepared: Row['call'],
  status: number,
  code: string,
  step: Row['step'],
  sentence: RegExp,
  more: Partial<Row> = {},
): Row => ({ name, call: prepared, status, code, step, sentence, ...more });

const administrator = { arn: arn('user/rolecall/rolecall-admin') };

/** One test for each row: the reply, and exactly one decision that says why, without secrets. */
export function testRefusals({ bed, send }: RefusalBed, rows: readonly Row[]): void {
  const { decisions } = bed.rolecall;
  it.each(rows)('$name', async ({ status, code, step, sentence, resource = '*', ...row }) => {
    const refused = await row.call();
    const before = decisions.list().length;
    const heard: Decision[] = [];
    const stop = decisions.subscribe(decision => heard.push(decision));
    const reply = await send(refused);
    stop();
    expect([reply.status, reply.code]).toEqual([status, code]);
    const [decision] = decisions.list();
    expect([decisions.list().length, heard.map(({ id }) => id)]).toEqual([before + 1, [reply.decision]]);
    const { service, fields, keys } = refused;
    expect(decision).toMatchObject({
      id: reply.decision,
      action: row.action ?? `${service}:${fields['Action']}`,
      resource,
      principal: row.principal === undefined ? administrator : row.principal,
      allowed: false,
      reason: row.reason ?? code,
      // JSON 1.1 has other names for some codes.
      error: { status, code: service === 'cloudtrail' ? expect.any(String) : code },
    });
    expect(decision?.explanation).toContainEqual(expect.stringMatching(sentence));
    const failed = decision?.steps.filter(({ ok }) => !ok) ?? [];
    expect(failed.map(({ name }) => name)).toEqual(step === undefined ? [] : [step]);
    const secrets = [keys?.secretAccessKey, keys?.sessionToken, 'a-secret-token', 'secret/key', 'S3cretS3cret'];
    for (const secret of secrets.filter(one => one !== undefined && one.length > 4))
      expect(JSON.stringify(decision)).not.toContain(secret);
  });
}
