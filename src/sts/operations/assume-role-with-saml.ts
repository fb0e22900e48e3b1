/**
 * AssumeRoleWithSAML: exchanges an assertion of a SAML provider for credentials of a role. Unsigned. The provider and the
 * encoding are checked; assertions are not verified yet, so every assertion is refused.
 */

import { integer, optional, struct, text } from '../../aws/shape.ts';
import { samlChecks } from '../assume/checks.ts';
import { run } from '../assume/run.ts';
import { SamlFacts } from '../assume/saml-checks.ts';
import { operation } from '../deps.ts';
import * as shapes from '../shapes.ts';

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
  handle: (input, call, deps) => run(samlChecks, new SamlFacts(input, call, deps), call, deps, noReply),
});

/** There is no response, because the checks refuse every assertion. */
const noReply = (): never => {
  throw new Error('an assertion was accepted without a verified signature');
};
