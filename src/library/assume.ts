/** AssumeRoleWithWebIdentity for the library and the command line: an HTTP call like any client's, plus the decision. */

import type { Minted, MintRequest } from '../idp/types.ts';
import { defined } from '../kernel/defined.ts';
import type { Decision } from '../policy/decision.ts';

/** A role, and the token to assume it with: `token`, or the options of `mint`. */
export interface AssumeOptions extends Partial<MintRequest> {
  /** ARN of the role. */
  readonly role: string;
  /** The web identity token; if set, the options of `mint` have no effect. */
  readonly token?: string;
  /** RoleSessionName; default `rolecall`. */
  readonly sessionName?: string;
  /** DurationSeconds; default: that of AWS, 3600. */
  readonly duration?: number;
  /** Inline session policy, as JSON text. */
  readonly policy?: string;
}

/** Temporary credentials with the member names of the AWS SDK for JavaScript. */
export interface AssumedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  /** ARN of the assumed-role session. */
  readonly arn: string;
  readonly decision: Decision | undefined;
}

/** Thrown if the call fails: AWS's error code, HTTP status and message, and the decision if one was recorded. */
export class AssumeError extends Error {
  override readonly name = 'AssumeError';
  readonly code: string;
  readonly status: number;
  readonly decision: Decision | undefined;

  constructor(code: string, status: number, message: string, decision: Decision | undefined) {
    super(message);
    this.code = code;
    this.status = status;
    this.decision = decision;
  }
}

interface Parts {
  readonly url: string;
  mint(request: MintRequest): Promise<Minted>;
  decision(id: string): Decision | undefined;
}

interface Answer {
  readonly AssumeRoleWithWebIdentityResponse?: {
    readonly AssumeRoleWithWebIdentityResult: {
      readonly AssumedRoleUser: { readonly Arn: string };
      readonly Credentials: {
        readonly AccessKeyId: string;
        readonly SecretAccessKey: string;
        readonly SessionToken: string;
        /** Epoch seconds. */
        readonly Expiration: number;
      };
    };
  };
  readonly Error?: { readonly Code: string; readonly Message: string | null };
}

export async function assume(options: AssumeOptions, parts: Parts): Promise<AssumedCredentials> {
  const { role, token, sessionName = 'rolecall', duration, policy, ...mintOptions } = options;
  const { issuer } = mintOptions;
  if (token === undefined && issuer === undefined)
    throw new TypeError('assume requires a token, or an issuer to mint one');
  const proof =
    token ?? (await parts.mint({ audience: 'sts.amazonaws.com', ...mintOptions, issuer: issuer ?? '' })).token;
  const response = await fetch(parts.url, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: sessionName,
      WebIdentityToken: proof,
      ...(duration === undefined ? {} : { DurationSeconds: String(duration) }),
      ...defined({ Policy: policy }),
    }),
  });
  const decision = parts.decision(response.headers.get('x-rolecall-decision') ?? '');
  const answer = (await response.json()) as Answer;
  const result = answer.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult;
  if (result === undefined) {
    const { Code: code = 'Unknown', Message: message = null } = answer.Error ?? {};
    throw new AssumeError(code, response.status, message ?? code, decision);
  }
  const { Credentials: credentials, AssumedRoleUser: user } = result;
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    sessionToken: credentials.SessionToken,
    expiration: new Date(credentials.Expiration * 1000),
    arn: user.Arn,
    decision,
  };
}
