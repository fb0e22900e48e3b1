/** The checks of AssumeRoleWithSAML and its facts. Assertions are not verified yet, so every assertion is refused. */

import { samlProviders } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import { parseArn } from '../../aws/arn.ts';
import type { Call } from '../../aws/operation.ts';
import { invalidArn, invalidIdentityToken } from '../../policy/web-identity/refusals.ts';
import { assertRegionActive } from '../../policy/web-identity/region.ts';
import { AssumeTrace, type Passed } from '../../policy/web-identity/run.ts';
import type { StsDeps } from '../deps.ts';

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}$/;

interface SamlRequest {
  readonly RoleArn: string;
  readonly PrincipalArn: string;
  readonly SAMLAssertion: string;
}

/** AssumeRoleWithSAML. */
export class SamlFacts extends AssumeTrace {
  readonly input: SamlRequest;
  readonly call: Call<Caller>;
  readonly deps: StsDeps;
  account = '';

  constructor(input: SamlRequest, call: Call<Caller>, deps: StsDeps) {
    super('sts:AssumeRoleWithSAML', input.RoleArn, { type: 'federated', provider: input.PrincipalArn });
    this.input = input;
    this.call = call;
    this.deps = deps;
  }
}

/** PrincipalArn must be an ARN. */
export function providerArn({ input }: SamlFacts): Passed {
  if (parseArn(input.PrincipalArn) === undefined) throw invalidArn(input.PrincipalArn);
  return undefined;
}

/** STS must be active in the region for the account of the role. */
export function activeRegion({ account, call, deps }: SamlFacts): Passed {
  assertRegionActive(call.region, account, deps.settings.disabledRegions);
  return undefined;
}

/** The SAML provider must exist in the role's account. */
export function samlProvider({ input, account, deps }: SamlFacts): Passed {
  const provider = deps.store.find(samlProviders, input.PrincipalArn)?.value;
  if (provider === undefined || provider.account !== account) {
    throw invalidIdentityToken("Specified provider doesn't exist.", {
      reason: 'unknown-provider',
      detail: `Account ${account} has no SAML provider ${input.PrincipalArn}.`,
    });
  }
  return { code: 'found', detail: { provider: provider.arn } };
}

/** The assertion must be base64. */
export function samlEncoding({ input, call }: SamlFacts): Passed {
  if (BASE64.test(input.SAMLAssertion.trimEnd())) return undefined;
  throw invalidIdentityToken(
    `Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlInvalidSamlResponseException; Request ID: ${call.requestId}; Proxy: null)`,
    { reason: 'not-base64', detail: 'SAMLAssertion is not valid base64.' },
  );
}

/** Refuses every assertion, because its signature cannot be verified. */
export function samlSignature(): never {
  throw invalidIdentityToken('Response signature invalid', {
    reason: 'saml-not-verified',
    detail: 'Rolecall does not verify SAML assertions yet, so it accepts none.',
  });
}
