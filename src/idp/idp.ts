/** Assembles the identity providers: issuer registry, keys, mint, remote fetches and routes, with one clock and secret. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { JWS_ALGORITHMS } from '../kernel/jws-algorithms.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Sealer } from '../kernel/seal.ts';
import { jobEnvironment } from './ci/environment.ts';
import { createJobTokens } from './ci/job-token.ts';
import { routeByHost } from './discovery.ts';
import { Devices } from './grants/devices.ts';
import { createSealedGrants } from './grants/sealed-grants.ts';
import { RevokedTokens, UsedAssertions } from './grants/spent-grants.ts';
import { Issuers } from './issuers/issuer-registry.ts';
import { RemoteKeys } from './issuers/remote-keys.ts';
import { deriveKey } from './keys/derive.ts';
import { openKeyFileStore } from './keys/key-file-store.ts';
import type { Certify } from './keys/published-keys.ts';
import { RsaKeyPool } from './keys/rsa-key-pool.ts';
import { createMetadataServers } from './metadata-servers.ts';
import { claimsFromTexts } from './mint/claim-texts.ts';
import { mint } from './mint/mint.ts';
import type { Preset } from './presets/row.ts';
import { PRESETS, presetsById } from './presets.ts';
import { idpRoutes } from './routes.ts';
import type { Algorithm, Idp, IdpSettings, MintRequest } from './types.ts';

export interface IdpDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealer: Sealer;
  /** Base of the URLs in discovery documents, without a trailing slash. */
  readonly publicUrl?: string;
  readonly settings?: IdpSettings;
  /** The table of presets; default: that of the package. */
  readonly presets?: readonly Preset[];
  /** Logs an unexpected error; the client gets a generic error. */
  onError(error: unknown, requestId: string): void;
  /** Creates the certificates that some issuers publish with their keys. */
  readonly certify: Certify;
  /** Guards endpoints that mint without a login or a job token. */
  readonly adminToken?: string;
  /** Folder in which RSA keys are stored encrypted, so that they survive a restart. */
  readonly keysFolder?: string;
}

const withoutSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url);

/** Generates no key and opens no socket; a first RSA key is generated in the background after the start. */
export function createIdp(deps: IdpDeps): Idp {
  const { clock, random, sealer, settings = {}, presets = PRESETS } = deps;
  const metadataServers = createMetadataServers(presets);
  const keyPool = new RsaKeyPool();
  const remote = new RemoteKeys({ clock, settings });
  let base = deps.publicUrl === undefined ? undefined : withoutSlash(deps.publicUrl);
  const issuers = new Issuers({
    clock,
    sealer,
    keyPool,
    certify: deps.certify,
    settings,
    fetchKeys: (issuer, requested) => remote.keysOf(issuer, requested),
    presets: presetsById(presets),
    addressOf: id => base && `${base}/idp/${id}`,
    ...(deps.keysFolder === undefined ? {} : { keyFiles: openKeyFileStore(deps.keysFolder, sealer) }),
  });
  const unrelatedKeys = new Map<Algorithm, Promise<KeyObject>>();
  const unrelatedKey = (alg: Algorithm): Promise<KeyObject> => {
    const key =
      unrelatedKeys.get(alg) ??
      (JWS_ALGORITHMS[alg].kty === 'RSA'
        ? keyPool.take(2048)
        : Promise.resolve(deriveKey(alg, sealer, `stranger\n${alg}`)));
    unrelatedKeys.set(alg, key);
    return key;
  };
  const mintDeps = { clock, random, issuers, unrelatedKey };
  const ci = { jobs: createJobTokens(sealer, clock), mint: (request: MintRequest) => mint(mintDeps, request) };
  const sealed = createSealedGrants(sealer, clock);
  const [revoked, usedAssertions] = [new RevokedTokens(), new UsedAssertions()];
  const devices = new Devices();
  const provider = { issuers, clock, random, sealed, revoked, usedAssertions, devices, mint: ci.mint };
  keyPool.prepare();
  return {
    registry: issuers,
    issuerKeys: issuers.keysOf,
    mint: request => mint(mintDeps, request),
    requestFromQuery: (issuer, query) => requestFromQuery(issuers, issuer, query),
    job: request => jobEnvironment({ issuers, ...ci, isGuarded: deps.adminToken !== undefined }, request),
    routes: idpRoutes({
      ...provider,
      ...ci,
      metadataServers,
      onError: deps.onError,
      publicUrl: deps.publicUrl && withoutSlash(deps.publicUrl),
      adminToken: deps.adminToken,
    }),
    isIssuerHost: host => metadataServers.atHost(host) !== undefined || issuers.atHost(host).length > 0,
    pingedIssuer: headers => metadataServers.pingedBy(headers),
    onIssuersChange: listener => {
      issuers.onChange = listener;
    },
    routeByHost: (host, path) => {
      const metadataIssuer = metadataServers.atHost(host);
      if (metadataIssuer !== undefined) return { issuerId: metadataIssuer, path };
      const here = issuers.atHost(host);
      return here.length === 0 ? undefined : routeByHost(here, host, path);
    },
    setServedUrl: url => {
      base ??= withoutSlash(url);
    },
    reset: () => {
      issuers.reset();
      remote.reset();
      sealed.reset();
      devices.reset();
    },
    close: async () => {
      keyPool.close();
      await remote.close();
    },
  };
}

/** Converts the query of `GET /_rolecall/tokens/{issuer}` to a mint request: `aud` is the audience, the rest claims. */
function requestFromQuery(issuers: Issuers, issuer: string, query: Readonly<Record<string, unknown>>): MintRequest {
  const { aud, ...texts } = query;
  const { preset } = issuers.hosted(issuer);
  const audience = Array.isArray(aud) ? aud.map(String) : aud;
  return {
    issuer,
    claims: claimsFromTexts(preset, texts),
    ...(typeof audience === 'string' || Array.isArray(audience) ? { audience } : {}),
  };
}
