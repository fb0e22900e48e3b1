/** The decision of a playground: its token, role and policy, and what the server sees of a call from the page. */
import { builtInProvider } from '../../policy/web-identity/token.ts';
import type { CallView, MintedToken } from '../api/types.ts';
import { evaluateWebIdentity, type LocalDecision } from './local-decision.ts';
import { clientIdsOf, type Setup } from './setup.ts';

/**
 * Decides as STS would after the provider and the role of the setup are created. `unwanted`: an allow is explained as one that should
 * not be.
 */
export function evaluateSetup(setup: Setup, minted: MintedToken, view: CallView, unwanted = false): LocalDecision {
  const { claims, header, token, issuer } = minted;
  const { errorTexts, disabledRegions, resourceControlPolicies, provider, isoTime } = view;
  const { region, secure, sourceIp, userAgent } = view;
  // A built-in provider needs no registration, and IAM refuses some issuers.
  const isRegistered = builtInProvider(issuer) === undefined && provider !== undefined;
  return evaluateWebIdentity({
    claims,
    header,
    token,
    provider: isRegistered ? { issuer: provider.issuer, clientIds: clientIdsOf(setup) } : undefined,
    role: setup.roleArn,
    trust: setup.policy,
    sessionName: setup.sessionName,
    call: { now: Date.parse(isoTime), isoTime, region, secure, sourceIp, userAgent },
    errorTexts,
    disabledRegions,
    resourceControlPolicies,
    unwanted,
  });
}
