/** The checks of a web identity token that need its bytes or its issuer's keys, and the lookup of an opaque token. */

import type { IssuerKeysAnswer } from '../../kernel/issuer-keys.ts';
import { notAJwt, notValidated } from '../../policy/web-identity/refusals.ts';
import type { Passed } from '../../policy/web-identity/run.ts';
import { tokenClaims } from '../../policy/web-identity/token.ts';
import { noVerificationKey, wrongThumbprint } from '../errors.ts';
import { parseJwt } from '../web-identity/jwt.ts';
import { selectKey, verifySignature } from '../web-identity/keys.ts';
import { readOpaqueToken } from '../web-identity/opaque-tokens.ts';
import type { WebIdentityCallFacts } from './facts.ts';

/** Tokens for other purposes, by how they begin (GitHub and GitLab token formats; Google OAuth 2.0). */
const tokenKinds: readonly (readonly [start: string, kind: string])[] = [
  ['ghs_', 'the GITHUB_TOKEN of a job'],
  ['ghp_', 'a personal access token of GitHub'],
  ['github_pat_', 'a personal access token of GitHub'],
  ['gho_', 'an OAuth token of GitHub'],
  ['glcbt-', 'the CI_JOB_TOKEN of GitLab'],
  ['glpat-', 'a personal access token of GitLab'],
  ['ya29.', 'an access token of Google'],
];

/** Parses the token and reads its required claims. */
export function parsedToken(facts: WebIdentityCallFacts): Passed {
  const parsed = parseJwt(facts.input.WebIdentityToken);
  if (!parsed.ok) {
    const looksLike = tokenKinds.find(([start]) => facts.input.WebIdentityToken.startsWith(start))?.[1];
    throw notAJwt({ reason: parsed.code, detail: parsed.detail, ...(looksLike && { facts: { looksLike } }) });
  }
  const { jwt } = parsed;
  facts.jwt = jwt;
  facts.claims = jwt.claims;
  return tokenClaims(facts, { algorithm: jwt.algorithm, kid: jwt.kid ?? null });
}

/** Selects the issuer's key. Asynchronous only when the keys must be fetched. */
export function issuerKey(facts: WebIdentityCallFacts): Passed | Promise<Passed> {
  const { jwt, standard, provider, deps } = facts;
  const { thumbprints } = provider;
  const answer = deps.issuerKeys(
    standard.issuer,
    typeof jwt.kid === 'string' ? { thumbprints, kid: jwt.kid } : { thumbprints },
  );
  return answer instanceof Promise ? answer.then(late => selectedKey(facts, late)) : selectedKey(facts, answer);
}

function selectedKey(facts: WebIdentityCallFacts, answer: IssuerKeysAnswer): Passed {
  const { source } = answer;
  if (!answer.ok) {
    const refused = answer.reason === 'thumbprint' ? wrongThumbprint : noVerificationKey;
    throw refused({ reason: answer.reason, detail: answer.detail, facts: { source } });
  }
  const choice = selectKey(facts.jwt, answer.keySet);
  if (!choice.ok) throw noVerificationKey({ reason: choice.code, detail: choice.detail, facts: { source } });
  facts.key = choice;
  return { code: 'found', detail: { source, kid: choice.kid ?? null } };
}

/** Verifies the signature. */
export function tokenSignature({ jwt, key: { key, kid, operations } }: WebIdentityCallFacts): Passed {
  if (operations) {
    const detail = 'The published key has key_ops; AWS does not use keys with key_ops.';
    throw notValidated({ reason: 'key-ops', detail });
  }
  if (!verifySignature(jwt, key)) {
    const name = kid === undefined ? '' : ` "${kid}"`;
    const detail = `The token's ${jwt.algorithm} signature does not match the issuer's key${name}.`;
    throw notValidated({ reason: 'bad-signature', detail });
  }
  return { code: 'valid', detail: { algorithm: jwt.algorithm } };
}

/** Looks up a token of an OAuth 2.0 provider (ProviderId). */
export function opaqueToken(facts: WebIdentityCallFacts): Passed {
  const { account, deps, input } = facts;
  const { ProviderId: providerId = '', WebIdentityToken: token } = input;
  facts.principal = { type: 'federated', provider: providerId, account };
  const requester = readOpaqueToken(providerId, token, deps.settings.opaqueTokens ?? [], facts.call.now);
  facts.requester = requester;
  const { provider, subject, audience } = requester;
  facts.principal = { type: 'federated', provider, account, subject, audience };
  return { code: 'opaque-token', detail: { provider, subject } };
}
