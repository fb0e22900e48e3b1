/**
 * The model of PackedPolicySize. AWS does not publish its formula; this one gives the recorded values (24 to 34 percent
 * for web identity sessions) and bounds what a session token holds, so that a sealed token stays under 8 KiB: identity and
 * policies have 3072 bytes, tags 455 of their own, and the fuller of the two is answered. Tags: nine of 2 + 250 characters
 * are 498 percent (aws-actions/configure-aws-credentials#1898), inherited ones are added to those of the request
 * (aws/containers-roadmap#2413), and one tag leaves a web identity session at its 25 percent (recorded).
 */
import type { Tag } from '../accounts/model.ts';
import { JsonError, readJson } from '../kernel/json.ts';
import { packedPolicyTooLarge } from './errors.ts';

/** Bytes that 100 percent of identity and policies stand for. */
const ALLOTTED = 3072;
/** The same of keys and values of tags. */
const TAGS_ALLOTTED = 455;
/** Bytes of a web identity session before its issuer, audience and subject are counted. */
const WEB_IDENTITY = 628;
/** Levels that are printed again; a policy needs six. */
const DEEPEST = 100;
/** Bytes a source identity takes beside its own characters. */
const SOURCE_IDENTITY = 8;

export interface Packed {
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
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

function percentage(base: number, { policy, policyArns = [], tags = [] }: Packed): number {
  let held = base + (policy === undefined ? 0 : bytes(withoutBlanks(policy)));
  for (const arn of policyArns) held += bytes(arn);
  let tagged = 0;
  for (const { Key, Value } of tags) tagged += bytes(Key) + bytes(Value);
  const ofPolicy = Math.floor((held * 100) / ALLOTTED);
  const ofTags = Math.floor((tagged * 100) / TAGS_ALLOTTED);
  if (ofTags > 100) {
    throw packedPolicyTooLarge(`Packed size of session tags consumes ${ofTags}% of allotted space.`, {
      reason: 'packed-tags-too-large',
      detail: `Keys and values of the session's tags take ${tagged} bytes; ${TAGS_ALLOTTED} are allotted.`,
    });
  }
  if (ofPolicy > 100) {
    throw packedPolicyTooLarge(`Packed policy consumes ${ofPolicy}% of allotted space, please use smaller policy.`, {
      reason: 'packed-policy-too-large',
      detail: `The session would hold ${held} bytes of policies and identity; ${ALLOTTED} are allotted.`,
    });
  }
  return Math.max(ofPolicy, ofTags);
}

/** The bytes a text takes inside the session's JSON. */
function bytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Blanks between the tokens of a policy are not counted; blanks inside its strings are. */
function withoutBlanks(policy: string): string {
  try {
    return JSON.stringify(readJson(policy, { size: policy.length, depth: DEEPEST, values: policy.length }));
  } catch (error) {
    // Not JSON, or no policy: refused elsewhere; its size counts as written.
    if (error instanceof JsonError) return policy;
    throw error;
  }
}
