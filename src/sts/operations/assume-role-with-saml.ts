/**
 * AssumeRoleWithSAML: exchanges an assertion of a SAML provider for credentials of a role. Unsigned. The provider and the
 * encoding are checked; assertions are not verified yet, so every assertion is refused.
 */

import { samlProviders } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import { parseArn } from '../../aws/arn.ts';
import type { Call } from '../../aws/operation.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { accountOfRole } from '../assume/trust.ts';
import { operation, type StsDeps } from '../deps.ts';
import { invalidArn, invalidIdentityToken } from '../errors.ts';
import { assertRegionActive } from '../regions.ts';
import * as shapes from '../shapes.ts';

const ACTION = 'sts:AssumeRoleWithSAML';
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}$/;

export const assumeRoleWithSaml = operation({
  name: 'AssumeRoleWithSAML',
  auth: 'none',
  input: struct('AssumeRoleWithSAMLRequest', {
    RoleArn: shapes.arn(),
    PrincipalArn: shapes.arn(),
    SAMLAssertion: text({ min: 4, max: 100_000, sensitive: true }),
    PolicyArns: optional(shapes.policyArns()),
    Policy: optional(shapes.sessionPolicy(2048)),
    DurationSeconds: optional(shapes.roleDuration()),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('AssumeRoleWithSAMLResponse', {
    Credentials: shapes.credentials(),
    AssumedRoleUser: shapes.assumedRoleUser(),
    PackedPolicySize: integer(),
    Subject: text(),
    SubjectType: text(),
    Issuer: text(),
    Audience: text(),
    NameQualifier: text(),
    SourceIdentity: optional(text()),
    ...shapes.tokenSizeMembers(),
  }),
  handle(input, call, deps) {
    const trace = new AssumeTrace(ACTION, input.RoleArn, { type: 'federated', provider: input.PrincipalArn });
    return decide(trace, call, deps.decisionLog, () => refuseAssertion(input, call, deps, trace), noReply);
  },
});

/** There is no response, because `refuseAssertion` always throws. */
const noReply = (granted: never): never => granted;

interface SamlRequest {
  readonly RoleArn: string;
  readonly PrincipalArn: string;
  readonly SAMLAssertion: string;
}

function refuseAssertion(input: SamlRequest, call: Call<Caller>, deps: StsDeps, trace: AssumeTrace): never {
  const account = trace.attempt('role-arn', () => accountOfRole(input.RoleArn));
  if (parseArn(input.PrincipalArn) === undefined) throw trace.refuse('provider', invalidArn(input.PrincipalArn));
  trace.attempt('region', () => assertRegionActive(call.region, account, deps.settings));
  const provider = deps.store.find(samlProviders, input.PrincipalArn)?.value;
  if (provider === undefined || provider.account !== account) {
    throw trace.refuse(
      'provider',
      invalidIdentityToken("Specified provider doesn't exist.", {
        reason: 'unknown-provider',
        detail: `Account ${account} has no SAML provider ${input.PrincipalArn}.`,
      }),
    );
  }
  trace.pass('provider', 'found', { provider: provider.arn });
  if (!BASE64.test(input.SAMLAssertion.trimEnd())) {
    throw trace.refuse(
      'assertion',
      invalidIdentityToken(
        `Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlInvalidSamlResponseException; Request ID: ${call.requestId}; Proxy: null)`,
        { reason: 'not-base64', detail: 'SAMLAssertion is not valid base64.' },
      ),
    );
  }
  throw trace.refuse(
    'signature',
    invalidIdentityToken('Response signature invalid', {
      reason: 'saml-not-verified',
      detail: 'Rolecall does not verify SAML assertions yet, so it accepts none.',
    }),
  );
}
