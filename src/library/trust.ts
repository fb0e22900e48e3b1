/** A trust policy before a token: the policy becomes a role, the token is really minted and checked, nothing listens. */
import type { AccountsSettings, DocumentSetting } from '../config/accounts.ts';
import { ConfigError } from '../config/config-error.ts';
import type { IssuerSettings } from '../config/issuers.ts';
import { resolveConfig } from '../config/load.ts';
import { problemsOf } from '../config/problems.ts';
import { assemble } from '../emulator.ts';
import type { MintRequest } from '../idp/types.ts';
import { JsonError, readJson } from '../kernel/json.ts';
import type { Decision } from '../policy/decision.ts';
import { problemOf } from '../server/control/problem.ts';
import type { ControlDeps } from '../server/control/row.ts';
import { State } from '../server/control/schemas.ts';

/** Who comes: a token, in the words of `mint`. */
export interface TokenRequest extends Omit<MintRequest, 'issuer' | 'audience'> {
  /** Id of a preset (`github-actions`), or an issuer as the configuration declares it. */
  readonly issuer: string | IssuerSettings;
  /** `sts.amazonaws.com` unless said otherwise. */
  readonly audience?: string | readonly string[];
  /** Audiences the provider is registered with; those of the token unless said otherwise. */
  readonly clientIds?: readonly string[];
  /** The role's account; by default the one the policy names, else 000000000000. */
  readonly account?: string;
}

/** A trust policy: an object, or its text. */
export type TrustPolicy = string | object;

/** Thrown for a policy that IAM does not take, and for a token that cannot be minted. */
export class TrustPolicyError extends Error {
  override readonly name = 'TrustPolicyError';
}

const ISSUER = 'issuer-under-test';
const ROLE = 'role-under-test';
const AUDIENCE = 'sts.amazonaws.com';

type Judge = (trust: TrustPolicy, request: TokenRequest) => Promise<Decision>;
let bench: Promise<Judge> | undefined;

/**
 * Decides as STS would whether the token may assume a role that trusts as the policy says. Calls are judged one after
 * the other, each in a state of its own. Throws TrustPolicyError.
 */
export async function judgeTrust(trust: TrustPolicy, request: TokenRequest): Promise<Decision> {
  bench ??= makeBench();
  return (await bench)(trust, request);
}

async function makeBench(): Promise<Judge> {
  const { control } = await assemble(resolveConfig({ logLevel: 'silent', publicUrl: 'http://localhost:4592' }));
  let before: Promise<unknown> = Promise.resolve();
  return (trust, request) => {
    const judged = before.then(() => judge(trust, request, control).catch(refused));
    before = judged.catch(() => undefined);
    return judged;
  };
}

async function judge(trust: TrustPolicy, request: TokenRequest, control: ControlDeps): Promise<Decision> {
  const { issuer, audience = AUDIENCE, clientIds, account: wanted, ...token } = request;
  const principals = federatedPrincipals(trust);
  const account = wanted ?? accountOf(principals) ?? '000000000000';
  const id = typeof issuer === 'string' ? issuer : ISSUER;
  const issuers = typeof issuer === 'string' ? {} : { [ISSUER]: issuer };
  const enter = (accounts: AccountsSettings): Promise<void> => {
    const declared = { issuers, accounts };
    const problems = problemsOf(State, declared);
    if (problems.length > 0) throw new ConfigError(problems.map(problem => ({ source: 'request', ...problem })));
    return control.state.replace(declared);
  };
  // Minted first: the answer tells the iss that the provider is registered with.
  await enter({});
  const { token: webIdentityToken, issuer: url } = await control.idp.mint({ audience, ...token, issuer: id });
  const registered = { url, clientIds: [clientIds ?? audience].flat() };
  const oidcProviders = isBuiltIn(url, principals) ? [] : [registered];
  await enter({ [account]: { oidcProviders, roles: [{ name: ROLE, trust: trust as DocumentSetting }] } });
  return control.explainAssume(
    { action: 'AssumeRoleWithWebIdentity', roleArn: `arn:aws:iam::${account}:role/${ROLE}`, webIdentityToken },
    { sourceIp: '127.0.0.1', userAgent: 'rolecall' },
  );
}

/** What was refused about the policy or the token, in sentences; anything else nobody foresaw. */
function refused(error: unknown): never {
  if (error instanceof ConfigError) {
    throw new TrustPolicyError(error.faults.map(({ message }) => message).join('\n'), { cause: error });
  }
  const problem = problemOf(error);
  if (problem === undefined) throw error;
  const { detail, suggestion } = problem;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  throw new TrustPolicyError(detail + hint, { cause: error });
}

/** IAM takes documents of 131,072 characters. */
const POLICY = { size: 131_072, depth: 100, values: 131_072 } as const;

/** What stands under `Principal.Federated`; a text that is no policy is IAM's to refuse. */
function federatedPrincipals(trust: TrustPolicy): readonly string[] {
  let document: unknown = trust;
  try {
    if (typeof trust === 'string') document = readJson(trust, POLICY);
  } catch (error) {
    if (error instanceof JsonError) return [];
    throw error;
  }
  const member = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const federated = [member(document, 'Statement')]
    .flat()
    .flatMap(statement => [member(member(statement, 'Principal'), 'Federated')].flat());
  return federated.filter(principal => typeof principal === 'string');
}

const accountOf = (principals: readonly string[]): string | undefined =>
  principals.map(principal => /^arn:[^:]*:iam::(\d{12}):/.exec(principal)?.[1]).find(account => account !== undefined);

/** AWS knows some providers by their host; they are not registered. */
const isBuiltIn = (url: string, principals: readonly string[]): boolean =>
  principals.includes(url.replace(/^https:\/\//, ''));
