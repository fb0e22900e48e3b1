/** Verification of the service account token that a pod sends to the EKS Pod Identity agent, and its session tags. */

import type { Tag } from '../../accounts/model.ts';
import { AwsError } from '../../aws/error.ts';
import { isObject } from '../../kernel/json.ts';
import { checkTimes, readStandardClaims } from '../../policy/web-identity/claims.ts';
import type { Members } from '../../policy/web-identity/members.ts';
import type { StsDeps } from '../deps.ts';
import { parseJwt } from '../web-identity/jwt.ts';
import { selectKey, verifySignature } from '../web-identity/keys.ts';

/** The audience of Pod Identity tokens (Amazon EKS User Guide, pod-id-how-it-works). */
const AUDIENCE = 'pods.eks.amazonaws.com';

export interface ServiceAccount {
  /** The `iss` of the cluster's tokens. */
  readonly issuer: string;
  readonly clusterArn: string;
  readonly namespace: string;
  readonly name: string;
}

const refused = (reason: string, detail: string): AwsError =>
  new AwsError('AccessDenied', 401, 'The service account token could not be validated.', { reason, detail });

/** Verifies the token. Returns the session tags that EKS adds (Amazon EKS User Guide, pod-id-abac). Throws AwsError. */
export async function assertServiceAccount(
  token: string | undefined,
  account: ServiceAccount,
  deps: StsDeps,
): Promise<readonly Tag[]> {
  if (token === undefined) throw refused('no-token', 'The Authorization header is missing.');
  const parsed = parseJwt(token);
  if (!parsed.ok) throw refused(parsed.code, parsed.detail);
  const { jwt } = parsed;
  const { issuer, subject, audiences } = readStandardClaims(jwt.claims);
  if (issuer !== account.issuer) {
    throw refused('unknown-issuer', `The token's iss is ${issuer}; the issuer of the cluster is ${account.issuer}.`);
  }
  if (!audiences.includes(AUDIENCE)) {
    throw refused('wrong-audience', `The token's aud is ${audiences.join(', ')}; it must contain ${AUDIENCE}.`);
  }
  const answer = await deps.issuerKeys(issuer, {
    thumbprints: [],
    ...(typeof jwt.kid === 'string' ? { kid: jwt.kid } : {}),
  });
  if (!answer.ok) throw refused(answer.reason, answer.detail);
  const choice = selectKey(jwt, answer.keySet);
  if (!choice.ok) throw refused(choice.code, choice.detail);
  if (!verifySignature(jwt, choice.key))
    throw refused('bad-signature', "The token's signature does not match the cluster's key.");
  checkTimes(jwt.claims, deps.clock.now());
  const expectedSubject = `system:serviceaccount:${account.namespace}:${account.name}`;
  if (subject !== expectedSubject)
    throw refused('wrong-service-account', `The token's sub is ${subject}; expected ${expectedSubject}.`);
  return sessionTags(jwt.claims, account);
}

function sessionTags(claims: Members, account: ServiceAccount): readonly Tag[] {
  const kubernetes = claims.get('kubernetes.io');
  const pod = isObject(kubernetes) && isObject(kubernetes['pod']) ? kubernetes['pod'] : {};
  const { name, uid } = pod;
  return [
    { Key: 'eks-cluster-arn', Value: account.clusterArn },
    { Key: 'eks-cluster-name', Value: account.clusterArn.slice(account.clusterArn.lastIndexOf('/') + 1) },
    { Key: 'kubernetes-namespace', Value: account.namespace },
    { Key: 'kubernetes-service-account', Value: account.name },
    ...(typeof name === 'string' ? [{ Key: 'kubernetes-pod-name', Value: name }] : []),
    ...(typeof uid === 'string' ? [{ Key: 'kubernetes-pod-uid', Value: uid }] : []),
  ];
}
