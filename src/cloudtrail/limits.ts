/** Size limits of an event. Source: CloudTrail User Guide, cloudtrail-event-reference-record-contents. */

import type { Caller } from '../authorization/principals.ts';
import type { Call } from '../aws/operation.ts';
import { cutBytes, cutText } from '../kernel/size.ts';
import { recordMembers } from './members.ts';

/** userAgent, errorCode and errorMessage: "This field has a maximum size of 1 KB; content exceeding that limit is truncated." */
const TEXT_BYTES = 1024;

/**
 * requestParameters and responseElements: "This field has a maximum size of 100 KB. When the field size exceeds 100 KB,
 * the requestParameters content is omitted."
 */
const FIELD_BYTES = 100 * 1024;

/** The value of an omitted field: "`omitted` is present with a value of `true`" (the same page, event version 1.10). */
const OMITTED = { omitted: true } as const;

/** A text field of a record, copied to its own memory. */
export const textField = (text: string): string => cutBytes(text, TEXT_BYTES);

/** requestParameters or responseElements of a record: the members, null, or the value of an omitted field. */
export function membersField({ members, omitted }: CutMembers<object>): unknown {
  const shown = omitted ? OMITTED : (recordMembers(members) ?? null);
  return Buffer.byteLength(JSON.stringify(shown)) > FIELD_BYTES ? OMITTED : shown;
}

/** Members of an input or output that an event keeps. */
interface CutMembers<M extends object> {
  readonly members: M;
  /** Whether the members exceeded the limit; then only those that identify a resource are kept. */
  readonly omitted: boolean;
}

/** Maximum length of an ARN in AWS. */
const NAME_BYTES = 2048;

/**
 * Copies members to their own memory. If they exceed the limit of a record, only the members in `named` are kept.
 * `members` is plain data without tokens and secrets.
 */
export function cutMembers<M extends object>(members: M, named: readonly string[]): CutMembers<M> {
  const whole = JSON.stringify(members);
  if (Buffer.byteLength(whole) <= FIELD_BYTES) return { members: JSON.parse(whole) as M, omitted: false };
  const left = Object.entries(members).flatMap(([name, value]) =>
    named.includes(name) && typeof value === 'string' ? [[name, cutText(value, NAME_BYTES)]] : [],
  );
  return { members: Object.fromEntries(left) as M, omitted: true };
}

/** A cut copy of the call of a large request, for an event. */
export function cutCall(call: Call<Caller>): Call<Caller> {
  const { caller } = call;
  return {
    requestId: call.requestId,
    service: call.service,
    operation: call.operation,
    region: cutText(call.region, TEXT_BYTES),
    caller: caller && { ...caller, accessKeyId: cutText(caller.accessKeyId, TEXT_BYTES) },
    sourceIp: call.sourceIp,
    userAgent: textField(call.userAgent),
    secure: call.secure,
    host: cutText(call.host, TEXT_BYTES),
    requestSize: call.requestSize,
    now: call.now,
    isoTime: call.isoTime,
    decided: () => undefined,
  };
}
