/** Reads the declaration of an issuer, the body of PUT /_rolecall/issuers/{id}; validates each member. */
import { isIP } from 'node:net';
import { bareHost, kindOfHost } from '../../kernel/address.ts';
import type { KeySourceKind, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { isObject, pointer } from '../../kernel/json.ts';
import { recordOf, toText } from '../../kernel/table.ts';
import { readUrl } from '../../kernel/url.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import { readMembers } from '../json.ts';
import { ALGORITHM_NAMES, isAlgorithm } from '../keys/algorithms.ts';
import { type ImportedKey, readKeyDeclarations } from '../keys/import.ts';
import { fill, type Preset, unfill } from '../presets/row.ts';
import { PRESET_BY_ID, PRESETS } from '../presets.ts';
import type { Algorithm, ClientDeclaration, Members } from '../types.ts';

export interface HostedIssuer {
  readonly source: 'hosted';
  readonly id: string;
  readonly iss: string;
  readonly declared: boolean;
  readonly preset: Preset;
  readonly parameters: Readonly<Record<string, string>>;
  readonly claims: Members;
  readonly alg: Algorithm;
  readonly keys: readonly ImportedKey[];
  readonly clients: readonly ClientDeclaration[];
  /** Its endpoints mint for everybody without a login or a job token, even if an admin token is set. */
  readonly open: boolean;
}

interface PinnedIssuer {
  readonly source: 'pinned';
  readonly id: string;
  readonly iss: string;
  readonly jwks: PublishedKeySet;
}

interface RemoteIssuer {
  readonly source: 'remote';
  readonly id: string;
  readonly iss: string;
  readonly discoveryUrl: string | undefined;
  readonly allowPrivateNetwork: boolean;
}

export type Issuer = HostedIssuer | PinnedIssuer | RemoteIssuer;

const MEMBERS = [
  ...['source', 'preset', 'issuer', 'parameters', 'claims', 'alg', 'keys', 'clients', 'open'],
  ...['jwks', 'discoveryUrl', 'allowPrivateNetwork'],
];
/** Members that only hosted issuers have. */
const HOSTED_ONLY = ['preset', 'parameters', 'claims', 'alg', 'keys', 'clients', 'open'] as const;
const MAX_KEYS = 1000;
/** IAM accepts provider URLs of at most 255 characters; longer ones are allowed here for tests of the refusal. */
const MAX_ISS_LENGTH = 2048;

/** The issuer that a preset defines, without changes. */
export function createFromPreset(preset: Preset): HostedIssuer {
  const parameters = recordOf(Object.entries(preset.parameters ?? {}));
  return {
    source: 'hosted',
    id: preset.id,
    iss: fill(preset.issuer, name => parameters[name] ?? ''),
    declared: false,
    preset,
    parameters,
    claims: Object.create(null),
    alg: preset.alg,
    keys: [],
    clients: [],
    open: false,
  };
}

/**
 * Reads a declaration. `addressOf` returns the URL at which an issuer is served, for `issuer: "served"`; undefined
 * until the address of the server is known. Throws IdpProblem.
 */
export function readIssuer(id: string, body: unknown, addressOf: (id: string) => string | undefined): Issuer {
  checkId(id);
  if (!isObject(body)) throw new IdpProblem('wrong-type', '', 'the declaration of an issuer must be a JSON object');
  for (const name of Object.keys(body)) {
    if (MEMBERS.includes(name)) continue;
    throw new IdpProblem('unknown-member', pointer(name), `unknown member \`${name}\``, nearestName(name, MEMBERS));
  }
  const source = sourceOf(body);
  if (source === 'pinned') return readPinned(id, body, body['jwks']);
  return source === 'remote' ? readRemote(id, body) : readHosted(id, body, addressOf);
}

const SOURCES: readonly KeySourceKind[] = ['hosted', 'pinned', 'remote'];

/**
 * The value of `source`, else derived from the members. A declaration with only `issuer` is hosted, because undeclared
 * issuers are remote anyway; unless it is the iss of a preset: then it is the real, remote issuer.
 */
function sourceOf(body: Readonly<Record<string, unknown>>): KeySourceKind {
  const { source, issuer } = body;
  if (source !== undefined) {
    const known = SOURCES.find(name => name === source);
    if (known !== undefined) return known;
    throw new IdpProblem(
      'wrong-type',
      '/source',
      `\`source\` must be one of ${SOURCES.join(', ')}`,
      nearestName(toText(source), SOURCES),
    );
  }
  if (body['jwks'] !== undefined) return 'pinned';
  if (body['discoveryUrl'] !== undefined || body['allowPrivateNetwork'] !== undefined) return 'remote';
  const isHosted = HOSTED_ONLY.some(name => body[name] !== undefined);
  return !isHosted && PRESETS.some(preset => createFromPreset(preset).iss === issuer) ? 'remote' : 'hosted';
}

function checkId(id: string): void {
  const isPlain = id.length > 0 && id.length <= 128 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id);
  if (!isPlain)
    throw new IdpProblem(
      'invalid-issuer',
      '/id',
      'an issuer id must have 1 to 128 characters: letters, digits, dots, dashes, underscores',
    );
}

function readIss(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new IdpProblem('missing-parameter', '/issuer', '`issuer` is required: the exact iss of the tokens, a URL');
  }
  const isUrl = value.length <= MAX_ISS_LENGTH && URL.canParse(value) && /^https?:\/\//i.test(value);
  if (!isUrl) throw new IdpProblem('invalid-issuer', '/issuer', 'the iss must be an https or http URL');
  const url = new URL(value);
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new IdpProblem(
      'invalid-issuer',
      '/issuer',
      'the iss must not have a query, fragment or credentials (OIDC Core §2)',
    );
  }
  return value;
}

function refuseHostedMembers(body: Readonly<Record<string, unknown>>, kind: string): void {
  const name = HOSTED_ONLY.find(member => body[member] !== undefined);
  if (name === undefined) return;
  throw new IdpProblem(
    'unknown-member',
    pointer(name),
    `\`${name}\` is only allowed for hosted issuers; this issuer is ${kind}`,
  );
}

function readPinned(id: string, body: Readonly<Record<string, unknown>>, jwks: unknown): PinnedIssuer {
  refuseHostedMembers(body, 'pinned by its `jwks`');
  const keys = isObject(jwks) ? jwks['keys'] : undefined;
  if (!Array.isArray(keys) || !keys.every(isObject)) {
    throw new IdpProblem('wrong-type', '/jwks', '`jwks` must be a key set: {"keys": [ … ]} (RFC 7517 §5)');
  }
  if (keys.length > MAX_KEYS)
    throw new IdpProblem('too-large', '/jwks/keys', `a key set may have at most ${MAX_KEYS} keys`);
  const secret = keys.findIndex(key => key['d'] !== undefined || key['k'] !== undefined);
  if (secret >= 0)
    throw new IdpProblem('invalid-key', `/jwks/keys/${secret}`, 'a pinned key set must contain only public keys');
  const members = keys.map((key, index) => Object.freeze(readMembers(key, `/jwks/keys/${index}`)));
  return { source: 'pinned', id, iss: readIss(body['issuer']), jwks: Object.freeze({ keys: Object.freeze(members) }) };
}

function readRemote(id: string, body: Readonly<Record<string, unknown>>): RemoteIssuer {
  refuseHostedMembers(body, 'fetched by discovery');
  const { discoveryUrl, allowPrivateNetwork } = body;
  if (
    discoveryUrl !== undefined &&
    (typeof discoveryUrl !== 'string' || !/^https?:\/\//i.test(discoveryUrl) || readUrl(discoveryUrl) === undefined)
  ) {
    throw new IdpProblem('wrong-type', '/discoveryUrl', '`discoveryUrl` must be an https or http URL');
  }
  const iss = readIss(body['issuer']);
  if (discoveryUrl === undefined) refuseSource('issuer', iss);
  else refuseSource('discoveryUrl', discoveryUrl);
  if (allowPrivateNetwork !== undefined && typeof allowPrivateNetwork !== 'boolean') {
    throw new IdpProblem('wrong-type', '/allowPrivateNetwork', '`allowPrivateNetwork` must be true or false');
  }
  const allow = allowPrivateNetwork === true;
  return { source: 'remote', id, iss, discoveryUrl, allowPrivateNetwork: allow };
}

/** Refuses an address from which nothing is ever fetched, at the declaration instead of at the first token. */
function refuseSource(member: string, address: string): void {
  const { hostname, username, password } = new URL(address);
  if (username !== '' || password !== '')
    throw new IdpProblem('invalid-issuer', pointer(member), `\`${member}\` must not contain a user name or password`);
  if (kindOfHost(hostname) === 'never')
    throw new IdpProblem('invalid-issuer', pointer(member), `fetches from ${hostname} are never allowed`);
  // The URL parser normalizes every spelling of an IP address.
  const written = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?#\\]*)/i.exec(address)?.[1];
  if (isIP(bareHost(hostname)) !== 0 && written?.toLowerCase() !== hostname)
    throw new IdpProblem('invalid-issuer', pointer(member), `write the IP address as ${hostname}`);
}

function readHosted(
  id: string,
  body: Readonly<Record<string, unknown>>,
  addressOf: (id: string) => string | undefined,
): HostedIssuer {
  const preset = readPreset(body['preset'] ?? (PRESET_BY_ID.has(id) ? id : 'custom'));
  const given = readParameters(body['parameters'], preset);
  const defaults = recordOf(Object.entries(preset.parameters ?? {}));
  const written = body['issuer'] === 'served' ? servedIss(id, addressOf) : body['issuer'];
  const iss = readIss(written ?? fill(preset.issuer, name => given[name] ?? defaults[name] ?? ''));
  const read = recordOf(unfill(preset.issuer, iss) ?? []);
  const { alg } = body;
  if (alg !== undefined && !isAlgorithm(alg)) {
    const near = nearestName(toText(alg), ALGORITHM_NAMES);
    throw new IdpProblem('wrong-type', '/alg', `\`alg\` must be one of ${ALGORITHM_NAMES.join(', ')}`, near);
  }
  const keys = body['keys'] === undefined ? [] : readKeyDeclarations(body['keys'], '/keys', alg);
  const importedAlg = keys.find(({ key }) => key.type === 'private')?.alg;
  return {
    source: 'hosted',
    id,
    iss,
    declared: true,
    preset,
    parameters: recordOf(Object.entries({ ...defaults, ...read, ...given })),
    claims: body['claims'] === undefined ? Object.create(null) : readMembers(body['claims'], '/claims'),
    alg: alg ?? importedAlg ?? preset.alg,
    keys,
    clients: body['clients'] === undefined ? [] : readClients(body['clients']),
    open: readOpen(body['open']),
  };
}

function readOpen(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new IdpProblem('wrong-type', '/open', '`open` must be true or false');
}

const MAX_CLIENTS = 1000;

function readClients(value: unknown): readonly ClientDeclaration[] {
  if (Array.isArray(value) && value.length <= MAX_CLIENTS && value.every(isClient)) return value;
  const sentence = '`clients` must be an array of {clientId, clientSecret?, jwks?, redirectUris?: [ … ]}';
  throw new IdpProblem('wrong-type', '/clients', sentence);
}

function isClient(value: unknown): value is ClientDeclaration {
  if (!isObject(value)) return false;
  const { clientId, clientSecret, jwks, redirectUris } = value;
  const isText = (member: unknown): boolean => typeof member === 'string' && member !== '';
  const uris = redirectUris === undefined || (Array.isArray(redirectUris) && redirectUris.every(isText));
  const keys = isObject(jwks) ? jwks['keys'] : undefined;
  const isKeySet = Array.isArray(keys) && keys.length <= MAX_KEYS && keys.every(isObject);
  return (
    isText(clientId) && (clientSecret === undefined || isText(clientSecret)) && (jwks === undefined || isKeySet) && uris
  );
}

function servedIss(id: string, addressOf: (id: string) => string | undefined): string {
  const address = addressOf(id);
  if (address !== undefined) return address;
  throw new IdpProblem('missing-parameter', '/issuer', 'the URL of this issuer is not known yet; set `publicUrl`');
}

function readPreset(id: unknown): Preset {
  const preset = typeof id === 'string' ? PRESET_BY_ID.get(id) : undefined;
  if (preset !== undefined) return preset;
  const near = nearestName(toText(id), PRESET_BY_ID.keys());
  throw new IdpProblem('unknown-preset', '/preset', `unknown preset \`${toText(id)}\``, near);
}

function readParameters(value: unknown, preset: Preset): Readonly<Record<string, string>> {
  if (value === undefined) return recordOf([]);
  const known = Object.keys(preset.parameters ?? {});
  const given = new Map<string, string>();
  if (!isObject(value)) throw new IdpProblem('wrong-type', '/parameters', '`parameters` must be a JSON object');
  for (const [name, parameter] of Object.entries(value)) {
    if (parameter === undefined) continue;
    const at = pointer('parameters', name);
    if (!known.includes(name)) {
      throw new IdpProblem(
        'unknown-member',
        at,
        `preset ${preset.id} has no parameter \`${name}\``,
        nearestName(name, known),
      );
    }
    if (typeof parameter !== 'string' || parameter === '')
      throw new IdpProblem('wrong-type', at, 'a parameter must be a string');
    given.set(name, parameter);
  }
  return recordOf(given);
}
