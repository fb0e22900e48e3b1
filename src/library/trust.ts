/** Evaluates a trust policy against a token: creates a role with the policy, mints and verifies a real token, opens no port. */
import type { AccountsSettings, DocumentSetting } from '../config/accounts.ts';
import { ConfigError } from '../config/config-error.ts';
import type { IssuerSettings } from '../config/issuers.ts';
import { resolveConfig } from '../config/load.ts';
import { MintRequest } from '../config/mint-request.ts';
import { validateValue } from '../config/validate.ts';
import { createEmulator } from '../emulator.ts';
import { JsonError, readJson } from '../kernel/json.ts';
import type { Decision } from '../policy/decision.ts';
import { checkRequest, problemOf } from '../server/control/problem.ts';
import type { ControlDeps } from '../server/control/row.ts';
import { State } from '../server/control/schemas.ts';

/** The token of the request, with the options of `mint`. */
export interface TokenRequest extends Omit<MintRequest, 'issuer' | 'audience'> {
  /** Id of a preset (`github-actions`), or an issuer declaration as in the configuration. */
  readonly issuer: string | IssuerSettings;
  /** aud claim of the token; default `sts.amazonaws.com`. */
  readonly audience?: string | readonly string[];
  /** Client IDs of the registered OIDC provider; default: the audience of the token. */
  readonly clientIds?: readonly string[];
  /** Account of the role; default: the account of the federated principals in the policy, else 000000000000. */
  readonly account?: string;
}

/** A trust policy: an object, or JSON text. */
export type TrustPolicy = string | object;

/** Thrown for a policy that IAM rejects, and for a token that cannot be minted. */
export class TrustPolicyError extends Error {
  override readonly name = 'TrustPolicyError';
}

const ISSUER = 'issuer-under-test';
const ROLE = 'role-under-test';
const AUDIENCE = 'sts.amazonaws.com';

type Evaluate = (trust: TrustPolicy, request: TokenRequest, unwanted: boolean) => Promise<Decision>;
let evaluator: Promise<Evaluate> | undefined;

/**
 * Decides, as STS does, whether a role with this trust policy can be assumed with the token. Calls run one after
 * another, each with its own state. `unwanted`: an allow is explained as one that should not be. Throws TrustPolicyError.
 */
export async function evaluateTrustPolicy(
  trust: TrustPolicy,
  request: TokenRequest,
  unwanted: boolean,
): Promise<Decision> {
  evaluator ??= createEvaluator();
  return (await evaluator)(trust, request, unwanted);
}

async function createEvaluator(): Promise<Evaluate> {
  const { control } = await createEmulator(resolveConfig({ logLevel: 'silent', publicUrl: 'http://localhost:4592' }));
  let before: Promise<unknown> = Promise.resolve();
  return (trust, request, unwanted) => {
    const result = before.then(() => evaluateRequest(trust, request, unwanted, control).catch(refused));
    before = result.catch(() => undefined);
    return result;
  };
}

async function evaluateRequest(
  trust: TrustPolicy,
  request: TokenRequest,
  unwanted: boolean,
  control: ControlDeps,
): Promise<Decision> {
  const { issuer, audience = AUDIENCE, clientIds, account: requestedAccount, ...token } = request;
  const principals = federatedPrincipals(trust);
  const account = requestedAccount ?? firstAccount(principals) ?? '000000000000';
  const id = typeof issuer === 'string' ? issuer : ISSUER;
  const issuers = typeof issuer === 'string' ? {} : { [ISSUER]: issuer };
  const replaceState = (accounts: AccountsSettings): Promise<void> => {
    const declared = { issuers, accounts };
    const problems = validateValue(State, declared);
    if (problems.length > 0) throw new ConfigError(problems.map(problem => ({ source: 'request', ...problem })));
    return control.state.replace(declared);
  };
  // The token is minted first: the result has the iss that the provider is registered with.
  await replaceState({});
  const { token: webIdentityToken, issuer: url } = await control.idp.mint(
    checkRequest(MintRequest, { audience, ...token, issuer: id }),
  );
  const registered = { url, clientIds: [clientIds ?? audience].flat() };
  const oidcProviders = isBuiltIn(url, principals) ? [] : [registered];
  await replaceState({ [account]: { oidcProviders, roles: [{ name: ROLE, trust: trust as DocumentSetting }] } });
  return control.explainAssume(
    {
      action: 'AssumeRoleWithWebIdentity',
      roleArn: `arn:aws:iam::${account}:role/${ROLE}`,
      webIdentityToken,
      unwanted,
    },
    { sourceIp: '127.0.0.1', userAgent: 'rolecall', secure: true },
  );
}

/** Converts errors about the policy or the token to TrustPolicyError; rethrows unexpected errors. */
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

/** IAM accepts documents of up to 131,072 characters. */
const POLICY = { size: 131_072, depth: 100, values: 131_072 } as const;

/** The `Principal.Federated` values; none for text that is not JSON, which IAM rejects later. */
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

const firstAccount = (principals: readonly string[]): string | undefined =>
  principals.map(principal => /^arn:[^:]*:iam::(\d{12}):/.exec(principal)?.[1]).find(account => account !== undefined);

/** Whether the policy names the issuer by its host: AWS has built-in providers, which are not registered. */
const isBuiltIn = (url: string, principals: readonly string[]): boolean =>
  principals.includes(url.replace(/^https:\/\//, ''));
