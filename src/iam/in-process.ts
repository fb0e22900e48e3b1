/** IAM for callers inside the process: declarations and the control API use the operations of the wire, without a signature. */
import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import { iamArn } from '../aws/arn.ts';
import { compileCheck } from '../aws/constraints.ts';
import { invalidAction } from '../aws/error.ts';
import type { Operation, SignedCall } from '../aws/operation.ts';
import { iamService } from './service.ts';

export { withDeclaredKeys } from './declared-keys.ts';
export { withDeclaredVersions } from './declared-versions.ts';

/** What CreateOpenIDConnectProvider would store for a URL. Throws its AwsError. */
export { parseProviderUrl } from './provider-url.ts';

interface Row {
  readonly operation: Operation<Caller, IamDeps>;
  check(input: unknown): void;
}

const rows = new Map<string, Row>();

/** The operation of a name with its compiled check; compiled when it is first used. */
function rowNamed(name: string): Row {
  const compiled = rows.get(name);
  if (compiled !== undefined) return compiled;
  const operation = iamService.operations.find(candidate => candidate.name === name);
  if (operation === undefined) throw invalidAction(`Rolecall does not emulate iam:${name}`);
  const row = { operation, check: compileCheck(operation.input, iamService.printsValues) };
  rows.set(name, row);
  return row;
}

/**
 * Runs one operation as the root user of an account: constraints are checked, permissions are not. `input` has the
 * members of the request with their API names. Throws the same AwsError that an API call returns.
 */
export async function callIam(name: string, input: unknown, account: string, deps: IamDeps): Promise<unknown> {
  const { operation, check } = rowNamed(name);
  check(input);
  operation.check?.(input);
  return handle(operation, input, account, deps);
}

/** Runs UpdateAssumeRolePolicy without the constraints of its members: every text is checked as a document. */
export async function setTrustPolicy(role: string, text: string, account: string, deps: IamDeps): Promise<void> {
  const { operation } = rowNamed('UpdateAssumeRolePolicy');
  await handle(operation, { RoleName: role, PolicyDocument: text }, account, deps);
}

const handle = (operation: Row['operation'], input: unknown, account: string, deps: IamDeps): unknown =>
  operation.handle(input, rootCall(account, operation.name, deps.clock.now()), deps);

const rootCall = (account: string, operation: string, now: number): SignedCall<Caller> => ({
  requestId: '00000000-0000-0000-0000-000000000000',
  service: iamService.name,
  operation,
  region: 'us-east-1',
  caller: { kind: 'root', account, arn: iamArn(account, 'root'), userId: account, accessKeyId: '' },
  sourceIp: '127.0.0.1',
  userAgent: 'rolecall',
  secure: true,
  host: 'iam.amazonaws.com',
  requestSize: 0,
  now,
  isoTime: new Date(now).toISOString(),
  decided: () => undefined,
});
