/** Kubernetes: the TokenRequest subresource of a service account (authentication.k8s.io/v1). */

import { defined } from '../../kernel/defined.ts';
import { toText } from '../../kernel/table.ts';
import { isFromPage } from '../../kernel/web-origin.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import { type CiProtocol, type CiReply, member, mintReply, textMember } from './protocol.ts';

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;

/** A Status object of the API server. */
const failure = (code: number, message: string): CiReply => ({
  status: code,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: code === 422 ? 'Invalid' : code === 403 ? 'Forbidden' : 'BadRequest',
    code,
  },
});

export const KUBERNETES_PROTOCOL: CiProtocol = {
  method: 'POST',
  path: '/api/v1/namespaces/:namespace/serviceaccounts/:name/token',
  answer: async ({ issuerId, headers, body, path, rights }, deps) => {
    if (isFromPage(headers)) return failure(403, 'only workloads and kubelets may call this endpoint');
    if (!rights.mayMint) return failure(401, MINT_REFUSAL);
    const { namespace = '', name = '' } = path;
    const spec = member(body, 'spec');
    const seconds = member(spec, 'expirationSeconds') ?? DEFAULT_SECONDS;
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      const why = 'may not specify a duration less than 10 minutes';
      return failure(
        422,
        `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${toText(seconds)}: ${why}`,
      );
    }
    const audiences = member(spec, 'audiences') ?? [];
    if (!Array.isArray(audiences) || !audiences.every(audience => typeof audience === 'string')) {
      return failure(400, 'spec.audiences must be a list of strings');
    }
    const bound = member(spec, 'boundObjectRef') ?? null;
    if (bound !== null && member(bound, 'kind') !== 'Pod') {
      return failure(400, 'only tokens bound to a Pod are supported (spec.boundObjectRef.kind)');
    }
    const uid = textMember(bound, 'uid');
    const pod = { pod: textMember(bound, 'name') ?? '', ...defined({ pod_uid: uid }) };
    const claims = { namespace, serviceaccount: name, ...pod };
    const request = {
      issuer: issuerId,
      claims,
      expiresIn: seconds,
      ...(audiences.length === 0 ? {} : { audience: audiences }),
    };
    return mintReply(
      deps,
      request,
      ({ token, expiresAt, claims: made }) => ({
        status: 201,
        body: {
          kind: 'TokenRequest',
          apiVersion: 'authentication.k8s.io/v1',
          metadata: {
            name,
            namespace,
            creationTimestamp: wholeSeconds(new Date(Number(made['iat']) * 1000).toISOString()),
          },
          spec: { audiences: made['aud'], expirationSeconds: seconds, boundObjectRef: bound },
          status: { token, expirationTimestamp: wholeSeconds(expiresAt) },
        },
      }),
      failure,
    );
  },
};

/** Formats a time like the API server, without milliseconds. */
const wholeSeconds = (iso: string): string => iso.replace(/\.\d+Z$/, 'Z');
