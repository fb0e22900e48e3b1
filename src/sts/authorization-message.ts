/**
 * Encoded authorization messages: a denied decision encrypted for one account, and its decoded form for
 * DecodeAuthorizationMessage. AWS adds none to denials of IAM and STS (recorded); the control API has one for each denial.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { readBase64 } from '../kernel/base64.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Decision, StatementVerdict } from '../policy/decision.ts';

const PURPOSE = 'authorization-message';
/** Maximum length of an encoded message (API model). */
const MAX_ENCODED = 10_240;
/** Maximum decompressed size in bytes. Only this instance creates messages, so it is a safety limit only. */
const MAX_OPENED = 1 << 20;

interface Message {
  readonly account: string;
  readonly decoded: string;
}

/** The encoded message of a denied decision, for callers in `account`. Undefined for an allowed decision. */
export function encodeAuthorizationMessage(decision: Decision, account: string, sealer: Sealer): string | undefined {
  if (decision.allowed) return undefined;
  const whole = encode({ account, decoded: JSON.stringify(decodedForm(decision, true)) }, sealer);
  if (whole.length <= MAX_ENCODED) return whole;
  return encode({ account, decoded: JSON.stringify(decodedForm(decision, false)) }, sealer);
}

/** The decoded JSON, or undefined when this instance did not create the message for that account. */
export function decodeAuthorizationMessage(encoded: string, account: string, sealer: Sealer): string | undefined {
  const sealed = readBase64(encoded, 'base64url');
  const opened = sealed === undefined ? undefined : sealer.open(PURPOSE, sealed);
  if (opened === undefined) return undefined;
  const text = inflateRawSync(opened, { maxOutputLength: MAX_OPENED }).toString();
  const message = JSON.parse(text) as Message;
  return message.account === account ? message.decoded : undefined;
}

function encode(message: Message, sealer: Sealer): string {
  return sealer.seal(PURPOSE, deflateRawSync(JSON.stringify(message))).toString('base64url');
}

const items = <T>(values: readonly T[]): { readonly items: readonly T[] } => ({ items: values });
const valuesOf = (values: readonly string[]) => items(values.map(value => ({ value })));

/** The members AWS returns (STS API reference, DecodeAuthorizationMessage). Without `details`, only the small ones. */
function decodedForm(decision: Decision, details: boolean): unknown {
  const statements = decision.layers.flatMap(layer => layer.statements);
  const matched = statements.filter(statement => statement.applies && statement.effect === 'Deny');
  return {
    allowed: false,
    explicitDeny: decision.layers.some(layer => layer.outcome === 'explicit-deny'),
    matchedStatements: items(details ? matched.map(statement => statementForm(statement, decision)) : []),
    failures: items([]),
    context: {
      principal: principalForm(decision.principal),
      action: decision.action,
      resource: decision.resource,
      conditions: items(details ? keysOf(statements) : []),
    },
  };
}

/** A verdict has no lists of actions and resources, so the requested action and resource are returned instead. */
function statementForm(statement: StatementVerdict, decision: Decision): unknown {
  return {
    statementId: statement.sid ?? '',
    effect: 'DENY',
    principals: items([]),
    principalGroups: items([]),
    actions: valuesOf([decision.action]),
    resources: valuesOf([decision.resource]),
    conditions: items(
      statement.conditions.map(({ operator, qualifier, key, expected }) => ({
        operator: qualifier === null ? operator : `${qualifier}:${operator}`,
        key,
        values: valuesOf(expected),
      })),
    ),
  };
}

/** The condition keys of the statements, with their values in the request. */
function keysOf(statements: readonly StatementVerdict[]): readonly unknown[] {
  const found = new Map<string, readonly string[]>();
  for (const { conditions } of statements) {
    for (const { key, actual } of conditions) if (actual !== null) found.set(key, actual);
  }
  return [...found].map(([key, values]) => ({ key, values: valuesOf(values) }));
}

function principalForm(principal: Decision['principal']): unknown {
  if (principal === null) return {};
  const { arn, uniqueId, provider } = principal as Readonly<Record<string, unknown>>;
  const text = typeof arn === 'string' ? arn : typeof provider === 'string' ? provider : '';
  return {
    id: typeof uniqueId === 'string' ? uniqueId : text,
    name: text.slice(text.lastIndexOf('/') + 1),
    arn: text,
  };
}
