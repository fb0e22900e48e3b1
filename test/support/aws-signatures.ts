/** Verifies signatures in tests: returns the signer or AWS's error. */
import type { WireRequest } from '../../src/aws/dispatch.ts';
import { AwsError } from '../../src/aws/error.ts';
import { readHeaders } from '../../src/aws/headers.ts';
import { createSigningKeys, verifySignature } from '../../src/aws/sigv4.ts';
import { createLastSignature } from '../../src/aws/sigv4-parse.ts';
import { KEY, presignedGet, type SigningOptions, signedPost } from './aws-requests.ts';

/** Real time of the verifier. */
export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
export const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const signingKeys = createSigningKeys();
const last = createLastSignature();

/** Parameters of the verification; defaults: STS, any region and the key of the tests. */
export interface Setting {
  readonly now?: number;
  readonly service?: string;
  readonly region?: string | undefined;
  readonly secret?: string;
  readonly keys?: typeof signingKeys;
}

/** Verifies a signature; returns the access key id and session token of the signer. */
export function verify(
  request: WireRequest,
  setting: Setting = {},
): { accessKeyId: string; sessionToken: string | undefined } {
  const { method, path, query, body } = request;
  return verifySignature(
    { method, path, query, body, headers: readHeaders(request.rawHeaders) },
    { service: setting.service ?? 'sts', region: setting.region },
    (accessKeyId, sessionToken) => {
      if (accessKeyId !== KEY.accessKeyId) throw new AwsError('InvalidClientTokenId', 403, 'unknown');
      return { accessKeyId, sessionToken, secret: setting.secret ?? KEY.secretAccessKey };
    },
    setting.keys ?? signingKeys,
    last,
    setting.now ?? NOW,
  );
}

/** Code, status and message of the error; throws if the request is accepted. */
export function refusal(request: WireRequest, setting?: Setting): [string, number, string | undefined] {
  try {
    verify(request, setting);
  } catch (error) {
    if (error instanceof AwsError) return [error.code, error.status, error.awsMessage];
    throw error;
  }
  throw new Error('the request was accepted');
}

/** AWS's recorded error for an invalid signature. */
export const MISMATCH = [
  'SignatureDoesNotMatch',
  403,
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
];

/** GetCallerIdentity, signed in the header. */
export const sign = (options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  signedPost(BODY, { at: NOW, ...options });

/** GetCallerIdentity, presigned. */
export const presign = (options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  presignedGet({ Action: 'GetCallerIdentity', Version: '2011-06-15' }, { at: NOW, ...options });
