/**
 * The model of PackedPolicySize. AWS does not publish its formula; this one gives the recorded values (24 to 34 percent
 * for web identity sessions) and bounds what a session token holds: 100 percent are 3072 bytes, so a sealed token stays
 * under 8 KiB.
 */
import type { Tag } from '../iam/model.ts';
import { packedPolicyTooLarge } from './errors.ts';

/** Bytes that 100 percent stand for. */
const ALLOTTED = 3072;
/** Bytes of a web identity session before its issuer, audience and subject are counted. */
const WEB_IDENTITY = 628;
/** Bytes a source identity takes beside its own characters. */
const SOURCE_IDENTITY = 8;

export interface Packed {
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly transitive?: readonly string[] | undefined;
}

export interface PackedIdentity {
  /** The provider's URL without its scheme. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly sourceIdentity?: string | undefined;
}

/** Percentage of a session made by AssumeRole or GetFederationToken. Throws PackedPolicyTooLarge above 100. */
export const packedSize = (parts: Packed): number => percentage(0, parts);

/** Percentage of a web identity session, which counts the identity as well. Throws PackedPolicyTooLarge above 100. */
export function packedWebIdentitySize(identity: PackedIdentity, parts: Packed): number {
  const scheme = 'https://'.length;
  const source = identity.sourceIdentity === undefined ? 0 : SOURCE_IDENTITY + bytes(identity.sourceIdentity);
  const issuer = 2 * (identity.issuer.length + scheme);
  return percentage(WEB_IDENTITY + issuer + bytes(identity.audience) + bytes(identity.subject) + source, parts);
}

function percentage(base: number, parts: Packed): number {
  let policy = parts.policy === undefined ? 0 : bytes(withoutBlanks(parts.policy));
  for (const arn of parts.policyArns ?? []) policy += bytes(arn);
  let tags = 0;
  for (const tag of parts.tags ?? []) tags += bytes(tag.Key) + bytes(tag.Value);
  for (const key of parts.transitive ?? []) tags += bytes(key);
  const total = Math.floor(((base + policy + tags) * 100) / ALLOTTED);
  if (total <= 100) return total;
  throw packedPolicyTooLarge(
    tags > policy
      ? `Packed size of session tags consumes ${total}% of allotted space.`
      : `Packed policy consumes ${total}% of allotted space, please use smaller policy.`,
    {
      reason: 'packed-policy-too-large',
      detail: `The session would hold ${base + policy + tags} bytes of policies, tags and identity; ${ALLOTTED} are allotted.`,
    },
  );
}

/** The bytes a text takes inside the session's JSON. */
function bytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Blanks between the tokens of a policy are not counted; blanks inside its strings are. */
function withoutBlanks(policy: string): string {
  try {
    return JSON.stringify(JSON.parse(policy));
  } catch {
    // Not JSON: refused as a policy elsewhere; its size counts as written.
    return policy;
  }
}
