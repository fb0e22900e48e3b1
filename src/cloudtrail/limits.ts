/** What an event holds at most, as CloudTrail bounds it. Source: CloudTrail User Guide, cloudtrail-event-reference-record-contents. */

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

/** What stands for a field that was left out: "`omitted` is present with a value of `true`" (the page as of event version 1.10). */
const OMITTED = { omitted: true } as const;

/** A text field as a record shows it, in memory of its own. */
export const textField = (text: string): string => cutBytes(text, TEXT_BYTES);

/** requestParameters or responseElements of a record: members, nothing, or the sign that they were too many. */
export function membersField({ members, omitted }: KeptMembers<object>): unknown {
  const shown = omitted ? OMITTED : (recordMembers(members) ?? null);
  return Buffer.byteLength(JSON.stringify(shown)) > FIELD_BYTES ? OMITTED : shown;
}

/** Members of an input or output as an event keeps them. */
export interface KeptMembers<M extends object> {
  readonly members: M;
  /** Whether there were more than a record holds; those that name something are still there. */
  readonly omitted: boolean;
}

/** Room for the longest ARN that AWS takes. */
const NAME_BYTES = 2048;

/**
 * A copy in memory of its own. Of more than a record holds, only the members `named` are left. `members` is plain data
 * without tokens and secrets.
 */
export function cutMembers<M extends object>(members: M, named: readonly string[]): KeptMembers<M> {
  const whole = JSON.stringify(members);
  if (Buffer.byteLength(whole) <= FIELD_BYTES) return { members: JSON.parse(whole) as M, omitted: false };
  const left = Object.entries(members).flatMap(([name, value]) =>
    named.includes(name) && typeof value === 'string' ? [[name, cutText(value, NAME_BYTES)]] : [],
  );
  return { members: Object.fromEntries(left) as M, omitted: true };
}

/** What an event keeps of the call of a large request. */
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
    decided: () => undefined,
  };
}
