/** Reads and validates a mint request, member by member. */

import { isObject, pointer } from '../../kernel/json.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import { readMembers } from '../json.ts';
import type { Members, MintRequest } from '../types.ts';

/** A request whose members have the right types; claims are validated against the preset later. */
interface ParsedMintRequest {
  readonly issuer: string;
  readonly claims: unknown;
  readonly audience: string | readonly string[] | undefined;
  readonly expiresIn: number | undefined;
  readonly headers: Members;
  readonly removeClaims: readonly string[];
  readonly faults: readonly string[];
}

const MEMBERS: readonly (keyof MintRequest)[] = [
  'issuer',
  'claims',
  'audience',
  'expiresIn',
  'headers',
  'removeClaims',
  'faults',
];
const MAX_NAMES = 1000;
/** Maximum lifetime in seconds: 200 years, far beyond any token, and still an exact date. */
const MAX_LIFETIME = 200 * 366 * 86_400;

const isText = (value: unknown): value is string => typeof value === 'string';

function texts(value: unknown, name: string): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.length <= MAX_NAMES && value.every(isText)) return value;
  throw new IdpProblem('wrong-type', pointer(name), `\`${name}\` must be an array of at most ${MAX_NAMES} strings`);
}

function audience(value: unknown): string | readonly string[] | undefined {
  return value === undefined || isText(value) ? value : texts(value, 'audience');
}

function expiresIn(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_LIFETIME) return value;
  throw new IdpProblem('wrong-type', '/expiresIn', '`expiresIn` must be an integer: the seconds from iat to exp');
}

const MAX_HEADERS = 1000;

/** Reads header members after counting them, like claims. */
function headers(given: unknown): Members {
  if (isObject(given) && Object.keys(given).length > MAX_HEADERS)
    throw new IdpProblem('too-large', '/headers', `a token may have at most ${MAX_HEADERS} header members`);
  return readMembers(given, '/headers');
}

/** Reads a mint request. Throws IdpProblem `missing-parameter`, `unknown-member`, `wrong-type` or `too-large`. */
export function parseMintRequest(body: unknown): ParsedMintRequest {
  if (!isObject(body)) throw new IdpProblem('wrong-type', '', 'a mint request must be a JSON object');
  for (const name of Object.keys(body)) {
    if (MEMBERS.some(member => member === name)) continue;
    const sentence = `unknown member \`${name}\`; put claims in \`claims\``;
    throw new IdpProblem('unknown-member', pointer(name), sentence, nearestName(name, MEMBERS));
  }
  const { issuer } = body;
  if (issuer === undefined)
    throw new IdpProblem('missing-parameter', '/issuer', '`issuer` is required: the id of a hosted issuer');
  if (!isText(issuer))
    throw new IdpProblem('wrong-type', '/issuer', '`issuer` must be a string: the id of a hosted issuer');
  return {
    issuer,
    claims: body['claims'] ?? {},
    audience: audience(body['audience']),
    expiresIn: expiresIn(body['expiresIn']),
    headers: headers(body['headers'] ?? {}),
    removeClaims: texts(body['removeClaims'], 'removeClaims'),
    faults: texts(body['faults'], 'faults'),
  };
}
