/** Converts request and response members to the format of records: lower camel case, without secrets. */
import { isoSeconds } from './identity.ts';

/** Members that are never recorded: tokens, secrets, codes. */
const HIDDEN: ReadonlySet<string> = new Set([
  'WebIdentityToken',
  'SAMLAssertion',
  'SecretAccessKey',
  'SessionToken',
  'Password',
  'TokenCode',
  'TradeInToken',
  'ContextAssertion',
  'EncodedMessage',
  'DecodedMessage',
  'AuthenticationCode1',
  'AuthenticationCode2',
  'Base32StringSeed',
  'QRCodePNG',
  'AddPrivateKey',
]);

/** Timestamp members, which are epoch milliseconds internally. */
const TIMESTAMP_MEMBERS: ReadonlySet<string> = new Set([
  'CreateDate',
  'UpdateDate',
  'PasswordLastUsed',
  'EnableDate',
  'ValidUntil',
]);

/** Exceptions from the naming rule. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['SAMLProviderArn', 'sAMLProviderArn'],
  ['SAMLMetadataDocument', 'sAMLMetadataDocument'],
]);

const recordName = (name: string): string => NAMES.get(name) ?? name.slice(0, 1).toLowerCase() + name.slice(1);

/** The recorded members of an input or output; undefined if there are none. */
export function recordMembers(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const shown: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined && !HIDDEN.has(name)) shown[recordName(name)] = recordValue(name, member);
  }
  return Object.keys(shown).length === 0 ? undefined : shown;
}

function recordValue(name: string, value: unknown): unknown {
  if (name === 'Expiration' && typeof value === 'number') return formatExpiration(value);
  if (TIMESTAMP_MEMBERS.has(name) && typeof value === 'number') return isoSeconds(value);
  if (Array.isArray(value)) return value.map(member => recordValue('', member));
  if (typeof value === 'object' && value !== null) return recordMembers(value) ?? {};
  return value;
}

/** A copy of the members without secret ones, at every depth, which an event may keep. */
export function withoutSecretMembers<T extends object>(value: T): T {
  const kept = Array.isArray(value) ? [] : {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || HIDDEN.has(name)) continue;
    Reflect.set(kept, name, typeof member === 'object' && member !== null ? withoutSecretMembers(member) : member);
  }
  return kept as T;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Formats a time as `Oct 2, 2019, 11:12:29 PM`, the format of a session's expiration in records. */
export function formatExpiration(at: number): string {
  const date = new Date(at);
  const hour = date.getUTCHours();
  const two = (number: number): string => String(number).padStart(2, '0');
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}
