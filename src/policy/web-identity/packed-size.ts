/**
 * An approximation of PackedPolicySize. AWS does not publish its formula; this one gives the recorded values (24 to 34
 * percent for web identity sessions) and keeps a session token under 8 KiB: 3072 bytes for identity and policies, 455 for
 * tags; the higher percentage is returned. Tags: nine with 2 + 250 characters are 498 percent
 * (aws-actions/configure-aws-credentials#1898), inherited tags count with those of the request
 * (aws/containers-roadmap#2413), and one tag does not change the 25 percent of a web identity session (recorded).
 */
import { JsonError, readJson } from '../../kernel/json.ts';
import type { SessionTag } from './context.ts';
import { packedPolicyTooLarge } from './refusals.ts';

/** Bytes of identity and policies that are 100 percent. */
const POLICY_BYTES_LIMIT = 3072;
/** Bytes of tag keys and values that are 100 percent. */
const TAG_BYTES_LIMIT = 455;
/** Bytes of a web identity session without its issuer, audience and subject. */
const WEB_IDENTITY = 628;
/** Maximum nesting depth that is parsed; a policy has six levels. */
const MAX_DEPTH = 100;
/** Bytes that a source identity needs in addition to its characters. */
const SOURCE_IDENTITY = 8;

interface Packed {
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: readonly SessionTag[] | undefined;
}

interface PackedIdentity {
  /** The provider's URL without its scheme. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly sourceIdentity?: string | undefined;
}

/** Percentage for a session of AssumeRole or GetFederationToken. Throws PackedPolicyTooLarge above 100. */
export const packedSize = (parts: Packed): number => percentage(0, parts);

/** Percentage for a web identity session, which includes the identity. Throws PackedPolicyTooLarge above 100. */
export function packedWebIdentitySize(identity: PackedIdentity, parts: Packed): number {
  const scheme = 'https://'.length;
  const source = identity.sourceIdentity === undefined ? 0 : SOURCE_IDENTITY + bytes(identity.sourceIdentity);
  const issuer = 2 * (identity.issuer.length + scheme);
  return percentage(WEB_IDENTITY + issuer + bytes(identity.audience) + bytes(identity.subject) + source, parts);
}

function percentage(base: number, { policy, policyArns = [], tags = [] }: Packed): number {
  let policyBytes = base + (policy === undefined ? 0 : bytes(withoutWhitespace(policy)));
  for (const arn of policyArns) policyBytes += bytes(arn);
  let tagBytes = 0;
  for (const { Key, Value } of tags) tagBytes += bytes(Key) + bytes(Value);
  const ofPolicy = Math.floor((policyBytes * 100) / POLICY_BYTES_LIMIT);
  const ofTags = Math.floor((tagBytes * 100) / TAG_BYTES_LIMIT);
  if (ofTags > 100) {
    throw packedPolicyTooLarge(`Packed size of session tags consumes ${ofTags}% of allotted space.`, {
      reason: 'packed-tags-too-large',
      detail: `The keys and values of the session tags have ${tagBytes} bytes; the limit is ${TAG_BYTES_LIMIT}.`,
    });
  }
  if (ofPolicy > 100) {
    throw packedPolicyTooLarge(`Packed policy consumes ${ofPolicy}% of allotted space, please use smaller policy.`, {
      reason: 'packed-policy-too-large',
      detail: `The policies and identity of the session have ${policyBytes} bytes; the limit is ${POLICY_BYTES_LIMIT}.`,
    });
  }
  return Math.max(ofPolicy, ofTags);
}

/** The number of UTF-8 bytes of a text inside the session's JSON. */
function bytes(text: string): number {
  let count = -2;
  for (const character of JSON.stringify(text)) count += utf8Length(character.codePointAt(0) ?? 0);
  return count;
}

const utf8Length = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;

/** Whitespace between the tokens of a policy does not count; whitespace inside strings does. */
function withoutWhitespace(policy: string): string {
  try {
    return JSON.stringify(readJson(policy, { size: policy.length, depth: MAX_DEPTH, values: policy.length }));
  } catch (error) {
    // Invalid JSON is refused elsewhere; count its size as written.
    if (error instanceof JsonError) return policy;
    throw error;
  }
}
