/** LookupEvents: recent events by one attribute and a time range, newest first, in pages. */
import { createHash } from 'node:crypto';
import type { Caller } from '../authorization/principals.ts';
import { type ErrorRow, errorRow } from '../aws/error.ts';
import { defineOperations } from '../aws/operation.ts';
import { integer, list, optional, struct, text, timestamp } from '../aws/shape.ts';
import { readBase64 } from '../kernel/base64.ts';
import { defined } from '../kernel/defined.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { TrailRecord } from './cross-account.ts';
import type { Trail } from './events.ts';

export interface CloudTrailDeps {
  readonly trail: Trail;
  readonly sealer: Sealer;
}

const invalidLookupAttributes = errorRow('InvalidLookupAttributesException', 400);
const invalidTimeRange = errorRow('InvalidTimeRangeException', 400);
const invalidMaxResults = errorRow('InvalidMaxResultsException', 400);
const invalidNextToken = errorRow('InvalidNextTokenException', 400);
const invalidEventCategory = errorRow('InvalidEventCategoryException', 400);

/** The errors of CloudTrail beside the common ones. */
export const CLOUDTRAIL_ERRORS: readonly ErrorRow[] = [
  invalidLookupAttributes,
  invalidTimeRange,
  invalidMaxResults,
  invalidNextToken,
  invalidEventCategory,
];

/** Comparison per lookup attribute; names and values are case-sensitive. */
const ATTRIBUTES: ReadonlyMap<string, (event: TrailRecord, value: string) => boolean> = new Map([
  ['EventId', (event, value) => event.id === value],
  ['EventName', (event, value) => event.name === value],
  ['ReadOnly', (event, value) => String(event.readOnly) === value],
  ['Username', (event, value) => event.userName() === value],
  ['ResourceType', (event, value) => event.resources().some(resource => resource.ResourceType === value)],
  ['ResourceName', (event, value) => event.resources().some(resource => resource.ResourceName === value)],
  ['EventSource', (event, value) => event.source === value],
  ['AccessKeyId', (event, value) => event.accessKeyId === value],
]);

const VALUE_LIMIT = 2000;
const MAX_RESULTS = 50;
const PAGE_TOKEN = 'cloudtrail-page';
/** LookupEvents returns events of the last 90 days. */
const REACH_MS = 90 * 86_400_000;

const operation = defineOperations<Caller, CloudTrailDeps>();

export const lookupEvents = operation({
  name: 'LookupEvents',
  auth: 'signed',
  input: struct('LookupEventsRequest', {
    LookupAttributes: optional(list(struct('LookupAttribute', { AttributeKey: text(), AttributeValue: text() }))),
    StartTime: optional(timestamp()),
    EndTime: optional(timestamp()),
    EventCategory: optional(text()),
    MaxResults: optional(integer()),
    NextToken: optional(text()),
  }),
  output: struct('LookupEventsResponse', {
    Events: list(
      struct('Event', {
        EventId: text(),
        EventName: text(),
        ReadOnly: text(),
        AccessKeyId: optional(text()),
        EventTime: timestamp(),
        EventSource: text(),
        Username: optional(text()),
        Resources: list(struct('Resource', { ResourceType: text(), ResourceName: text() })),
        CloudTrailEvent: text(),
      }),
    ),
    NextToken: optional(text()),
  }),
  target: () => ({ resource: '*' }),
  handle(input, call, { trail, sealer }) {
    const matches = matcherOf(input.LookupAttributes ?? []);
    const { MaxResults: limit = MAX_RESULTS, StartTime: start = call.now - REACH_MS, EndTime: end = call.now } = input;
    if (start > end)
      throw invalidTimeRange(
        'Occurs if the timestamp values are invalid. Either the start time occurs after the end time, or the time range is outside the range of possible values.',
      );
    if (limit < 1 || limit > MAX_RESULTS)
      throw invalidMaxResults('This exception is thrown if the limit specified is not valid.');
    const category = input.EventCategory;
    if (category !== undefined && category !== 'insight')
      throw invalidEventCategory(
        'Occurs if an event category that is not valid is specified as a value of EventCategory.',
      );
    const { NextToken: token, ...parameters } = input;
    const digest = createHash('sha256').update(JSON.stringify(parameters)).digest('base64');
    const before = token === undefined ? undefined : openPage(token, digest, sealer);
    const page: TrailRecord[] = [];
    let more = false;
    // Insights events are about unusual call rates; Rolecall has none.
    const events = category === 'insight' ? [] : trail.newest(call.caller.account, before);
    for (const event of events) {
      if (event.at < Math.max(start, call.now - REACH_MS) || event.at > end || !matches(event)) continue;
      more = page.length === limit;
      if (more) break;
      page.push(event);
    }
    const last = page.at(-1);
    return {
      Events: page.map(shown),
      ...(more && last !== undefined ? { NextToken: sealPage(last.sequence, digest, sealer) } : {}),
    };
  },
});

interface Attribute {
  readonly AttributeKey: string;
  readonly AttributeValue: string;
}

function matcherOf(attributes: readonly Attribute[]): (event: TrailRecord) => boolean {
  const [only, ...others] = attributes;
  if (only === undefined) return () => true;
  const { AttributeKey: key, AttributeValue: value } = only;
  const compare = ATTRIBUTES.get(key);
  if (others.length > 0 || compare === undefined || !isValidValue(key, value)) {
    throw invalidLookupAttributes('Occurs when a lookup attribute is specified that is not valid.');
  }
  return event => compare(event, value);
}

/** 1 to 2000 characters, where `_`, space, comma and line feed count double; ReadOnly is true or false in lower case. */
function isValidValue(key: string, value: string): boolean {
  const length = [...value].reduce((sum, char) => sum + ('_ ,\n'.includes(char) ? 2 : 1), 0);
  if (length < 1 || length > VALUE_LIMIT) return false;
  return key !== 'ReadOnly' || value === 'true' || value === 'false';
}

/** Creates a page token, bound to the parameters of its request. */
const sealPage = (sequence: number, digest: string, sealer: Sealer): string =>
  sealer.seal(PAGE_TOKEN, Buffer.from(JSON.stringify({ sequence, digest }))).toString('base64');

function openPage(token: string, digest: string, sealer: Sealer): number {
  const sealed = readBase64(token, 'base64');
  const opened = sealed === undefined ? undefined : sealer.open(PAGE_TOKEN, sealed);
  const page =
    opened === undefined ? undefined : (JSON.parse(opened.toString()) as { sequence: number; digest: string });
  if (page === undefined || page.digest !== digest) {
    throw invalidNextToken(
      'A token that is not valid, or a token that was previously used in a request with different parameters. This exception is thrown if the token is not valid.',
    );
  }
  return page.sequence;
}

const named = (userName: string | undefined) => defined({ Username: userName });

const shown = (event: TrailRecord) => ({
  EventId: event.id,
  EventName: event.name,
  ReadOnly: String(event.readOnly),
  ...defined({ AccessKeyId: event.accessKeyId }),
  EventTime: event.at,
  EventSource: event.source,
  ...named(event.userName()),
  Resources: [...event.resources()],
  CloudTrailEvent: JSON.stringify(event.record()),
});
