/** Reads the declaration of an issuer, the body of PUT /_rolecall/issuers/{id}: what its schema cannot say. */
import { isIP } from 'node:net';
import type { IssuerSettings } from '../../config/issuers.ts';
import { bareHost, kindOfHost } from '../../kernel/address.ts';
import { defined } from '../../kernel/defined.ts';
import { type KeySourceKind, PRIVATE_KEY_MEMBERS, type PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { pointer } from '../../kernel/json.ts';
import { recordOf } from '../../kernel/table.ts';
import { readUrl } from '../../kernel/url.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import { readMembers } from '../json.ts';
import { ALGORITHM_NAMES, isAlgorithm } from '../keys/algorithms.ts';
import { checkJwk, type ImportedKey, readKeyDeclarations } from '../keys/import.ts';
import { issOf, type Preset, unfill } from '../presets/row.ts';
import { DEFAULT_PRESET } from '../presets.ts';
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

/** Members that only hosted issuers have. */
const HOSTED_ONLY = ['preset', 'parameters', 'claims', 'alg', 'keys', 'clients', 'open'] as const;
/** IAM accepts provider URLs of at most 255 characters; longer ones are allowed here for tests of the refusal. */
const MAX_ISS_LENGTH = 2048;

/** The issuer that a preset defines, without changes. */
export function createFromPreset(preset: Preset): HostedIssuer {
  const parameters = recordOf(Object.entries(preset.parameters ?? {}));
  return {
    source: 'hosted',
    id: preset.id,
    iss: issOf(preset, parameters),
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

export interface DeclarationDeps {
  readonly presets: ReadonlyMap<string, Preset>;
  /** The URL at which an issuer is served, for `issuer: "served"`; undefined until the address of the server is known. */
  readonly addressOf: (id: string) => string | undefined;
}

/** Reads a declaration. Throws IdpProblem. */
export function readIssuer(id: string, settings: IssuerSettings, deps: DeclarationDeps): Issuer {
  checkId(id);
  const source = settings.source ?? sourceOf(settings, deps.presets);
  if (source === 'pinned') return readPinned(id, settings);
  return source === 'remote' ? readRemote(id, settings) : readHosted(id, settings, deps);
}

/**
 * The source of a declaration that does not name it. A declaration with only `issuer` is hosted, because undeclared
 * issuers are remote anyway; unless it is the iss of a preset: then it is the real, remote issuer.
 */
function sourceOf(settings: IssuerSettings, presets: DeclarationDeps['presets']): KeySourceKind {
  if (settings.jwks !== undefined) return 'pinned';
  if (settings.discoveryUrl !== undefined || settings.allowPrivateNetwork !== undefined) return 'remote';
  const isHosted = HOSTED_ONLY.some(name => settings[name] !== undefined);
  const isPreset = (): boolean =>
    [...presets.values()].some(preset => createFromPreset(preset).iss === settings.issuer);
  return !isHosted && isPreset() ? 'remote' : 'hosted';
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

function readIss(value: string | undefined): string {
  if (value === undefined) {
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

function refuseHostedMembers(settings: IssuerSettings, kind: string): void {
  const name = HOSTED_ONLY.find(member => settings[member] !== undefined);
  if (name === undefined) return;
  throw new IdpProblem(
    'unknown-member',
    pointer(name),
    `\`${name}\` is only allowed for hosted issuers; this issuer is ${kind}`,
  );
}

function readPinned(id: string, settings: IssuerSettings): PinnedIssuer {
  refuseHostedMembers(settings, 'pinned by its `jwks`');
  const { issuer, jwks } = settings;
  if (jwks === undefined)
    throw new IdpProblem('missing-parameter', '/jwks', '`jwks` is required: the key set {"keys": [ … ]} (RFC 7517 §5)');
  return { source: 'pinned', id, iss: readIss(issuer), jwks: readPublicKeys(jwks.keys, '/jwks/keys') };
}

/** A key set in which each key is public. */
function readPublicKeys(keys: readonly unknown[], at: string): PublishedKeySet {
  const members = keys.map((key, index) => Object.freeze(readMembers(key, `${at}/${index}`)));
  for (const [index, key] of members.entries()) {
    const secret = PRIVATE_KEY_MEMBERS.find(name => key[name] !== undefined);
    if (secret !== undefined)
      throw new IdpProblem('invalid-key', `${at}/${index}`, `these keys must be public; \`${secret}\` is private`);
  }
  return Object.freeze({ keys: Object.freeze(members) });
}

function readRemote(id: string, settings: IssuerSettings): RemoteIssuer {
  refuseHostedMembers(settings, 'fetched by discovery');
  const { discoveryUrl, allowPrivateNetwork = false } = settings;
  if (discoveryUrl !== undefined && (!/^https?:\/\//i.test(discoveryUrl) || readUrl(discoveryUrl) === undefined))
    throw new IdpProblem('wrong-type', '/discoveryUrl', '`discoveryUrl` must be an https or http URL');
  const iss = readIss(settings.issuer);
  if (discoveryUrl === undefined) refuseSource('issuer', iss);
  else refuseSource('discoveryUrl', discoveryUrl);
  return { source: 'remote', id, iss, discoveryUrl, allowPrivateNetwork };
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

function readHosted(id: string, settings: IssuerSettings, { presets, addressOf }: DeclarationDeps): HostedIssuer {
  const preset =
    settings.preset === undefined ? (presets.get(id) ?? DEFAULT_PRESET) : readPreset(settings.preset, presets);
  const given = readParameters(settings.parameters ?? {}, preset);
  const defaults = recordOf(Object.entries(preset.parameters ?? {}));
  const written = settings.issuer === 'served' ? servedIss(id, addressOf) : settings.issuer;
  const iss = readIss(written ?? issOf(preset, { ...defaults, ...given }));
  const read = recordOf(unfill(preset.issuer, iss) ?? []);
  const { alg, clients = [], open = false } = settings;
  if (alg !== undefined && !isAlgorithm(alg)) {
    const near = nearestName(alg, ALGORITHM_NAMES);
    throw new IdpProblem('wrong-type', '/alg', `\`alg\` must be one of ${ALGORITHM_NAMES.join(', ')}`, near);
  }
  const keys = settings.keys === undefined ? [] : readKeyDeclarations(settings.keys, '/keys', alg);
  const importedAlg = keys.find(({ key }) => key.type === 'private')?.alg;
  return {
    source: 'hosted',
    id,
    iss,
    declared: true,
    preset,
    parameters: recordOf(Object.entries({ ...defaults, ...read, ...given })),
    claims: readMembers(settings.claims ?? {}, '/claims'),
    alg: alg ?? importedAlg ?? preset.alg,
    keys,
    clients: clients.map(({ jwks, ...client }, index) => ({
      ...client,
      ...defined({ jwks: jwks && readClientKeys(jwks.keys, `/clients/${index}/jwks/keys`) }),
    })),
    open,
  };
}

/** The public keys of a client; unlike pinned keys, which may be invalid for tests of STS, each can verify signatures. */
function readClientKeys(keys: readonly unknown[], at: string): PublishedKeySet {
  const keySet = readPublicKeys(keys, at);
  for (const [index, key] of keySet.keys.entries()) checkJwk(key, at + pointer(index));
  return keySet;
}

function servedIss(id: string, addressOf: DeclarationDeps['addressOf']): string {
  const address = addressOf(id);
  if (address !== undefined) return address;
  throw new IdpProblem('missing-parameter', '/issuer', 'the URL of this issuer is not known yet; set `publicUrl`');
}

function readPreset(id: string, presets: DeclarationDeps['presets']): Preset {
  const preset = presets.get(id);
  if (preset !== undefined) return preset;
  throw new IdpProblem('unknown-preset', '/preset', `unknown preset \`${id}\``, nearestName(id, presets.keys()));
}

/** The parameters, each of which the preset must have. */
function readParameters(given: Readonly<Record<string, string>>, preset: Preset): Readonly<Record<string, string>> {
  const known = Object.keys(preset.parameters ?? {});
  const unknown = Object.keys(given).find(name => !known.includes(name));
  if (unknown === undefined) return recordOf(Object.entries(given));
  throw new IdpProblem(
    'unknown-member',
    pointer('parameters', unknown),
    `preset ${preset.id} has no parameter \`${unknown}\``,
    nearestName(unknown, known),
  );
}
