/** Composition root: creates clock, random source, keys, store, services and app from the configuration. Imports every module. */
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { assemble, SERVICES } from './assemble.ts';
import { DecisionLog } from './authorization/decision-log.ts';
import { parseArn } from './aws/arn.ts';
import { createDispatcher, refuseRequest } from './aws/dispatch.ts';
import type { Config } from './config/schema.ts';
import { createIdp } from './idp/idp.ts';
import type { Preset } from './idp/presets/row.ts';
import type { Idp } from './idp/types.ts';
import { MovableClock } from './kernel/clock.ts';
import { defined } from './kernel/defined.ts';
import { createRandomSource } from './kernel/random.ts';
import { createSealer } from './kernel/seal.ts';
import type { Decision } from './policy/decision.ts';
import { evaluateDocument, lint } from './policy/index.ts';
import { reloadState } from './seed/reload.ts';
import {
  applyDeclaration,
  applyState,
  type Declaration,
  initialGeneration,
  readState,
  replaceState,
} from './seed/state.ts';
import { buildApp } from './server/app.ts';
import { isOutboundHost, type StsRouteParts } from './server/aws/sts-routes.ts';
import type { ControlDeps } from './server/control/row.ts';
import { createFaultStage } from './server/faults/aws-faults.ts';
import { InjectedFaults } from './server/faults/injected-faults.ts';
import { errorCatalogue } from './server/faults/responses.ts';
import { createHostCheck } from './server/hosts.ts';
import { openLog, outcomeLog } from './server/log.ts';
import { Metrics } from './server/metrics/metrics.ts';
import type { Authority, TlsServer } from './server/tls/tls-server.ts';
import { MemoryStore } from './store/memory.ts';
import type { Store } from './store/store.ts';
import { explainAssume } from './sts/assume/explain.ts';
import { encodeAuthorizationMessage } from './sts/authorization-message.ts';
import { serveCredentials } from './sts/credential-endpoints/endpoints.ts';
import { isOutboundIssuer, outboundDiscovery, outboundKeys } from './sts/outbound.ts';
import { createTradeInToken } from './sts/trade-in-token.ts';
import { unverifiedIssuer } from './sts/web-identity/jwt.ts';
import { version } from './version.ts';

/** One running instance; several instances in a process are independent. */
export interface Emulator {
  readonly config: Config;
  /** `http://HOST:PORT`, with the port that was opened. */
  readonly url: string;
  /** With TLS: `https://HOST:PORT` and the certificate authority that clients must trust, in PEM. */
  readonly tls: { readonly url: string; readonly certificateAuthority: string } | undefined;
  readonly clock: MovableClock;
  readonly store: Store;
  readonly decisionLog: DecisionLog;
  readonly idp: Idp;
  readonly faults: InjectedFaults;
  readonly app: FastifyInstance;
  readonly logger: Logger;
  reset(): Promise<void>;
  /**
   * Applies another declaration, which later resets restore; sessions stay valid. Throws ConfigError and then changes
   * nothing.
   */
  reload(declared: Declaration, source?: string): Promise<void>;
  close(): Promise<void>;
}

/** Tables that replace those of the package. */
interface Tables {
  readonly presets?: readonly Preset[];
}

/** Creates an instance and listens. Rejects with the system error if the address cannot be opened. */
export async function startEmulator(config: Config, tables: Tables = {}): Promise<Emulator> {
  const { secure, ...emulator } = await createEmulator(config, tables);
  try {
    await emulator.app.listen({ host: config.host, port: config.port });
    const url = addressUrl('http', emulator.app.server.address() as AddressInfo);
    const tls = secure && {
      url: addressUrl('https', await secure.listen(config.host, config.tls.port)),
      certificateAuthority: secure.authority.pem,
    };
    emulator.idp.setServedUrl(config.publicUrl ?? url);
    return { ...emulator, url, tls };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/** An instance before it listens. */
interface Assembled extends Emulator {
  readonly control: ControlDeps;
  readonly secure: TlsServer | undefined;
}

/** Creates an instance without listening sockets: tests call `app.inject`. */
export async function createEmulator(config: Config, tables: Tables = {}): Promise<Assembled> {
  const clock = new MovableClock();
  // Loaded only if TLS is enabled: the certificate library would slow down every start.
  const tls = config.tls.enabled ? await import('./server/tls/tls-server.ts') : undefined;
  const authority = tls?.openAuthority(config.tls.certificateAuthority, clock.real());
  const random = createRandomSource(config.seed);
  const sealer = createSealer(config.secret);
  const store = new MemoryStore();
  const decisionLog = new DecisionLog(random, config.decisions.capacity, config.decisions.maxBytes);
  const metrics = new Metrics();
  const logger = await openLog(config.logLevel, decisionLog);
  const onError = (error: unknown, requestId: string): void =>
    logger.error({ err: error, requestId }, 'a request failed inside Rolecall');
  let declared: Declaration = { ...config, issuers: {} };
  const idp = createIdp({
    clock,
    random,
    sealer,
    onError,
    // Loaded with the first certificate: the certificate library would slow down every start.
    certify: async content => (await import('./server/tls/certificate.ts')).issuerCertificate(content),
    ...tables,
    ...defined({ publicUrl: config.publicUrl, adminToken: config.adminToken, keysFolder: config.keysFolder }),
    settings: {
      get issuers() {
        return declared.issuers;
      },
      providerUrls: config.iam.providerUrls,
    },
  });
  const faults = new InjectedFaults({ services: SERVICES, errors: errorCatalogue(SERVICES), issuers: idp.registry });
  const { defaultAccount } = config.credentials;
  // One object for the generation and the settings of IAM: a state that is applied changes both.
  const generation = { ...initialGeneration(defaultAccount), providerUrls: config.iam.providerUrls };
  const { iam, sts, trail, pipeline } = assemble({
    store,
    clock,
    random,
    sealer,
    decisionLog,
    issuerKeys: idp.issuerKeys,
    credentials: config.credentials,
    iam: generation,
    sts: config.sts,
    thumbprintOf: authority && (issuer => servedThumbprint(issuer, authority, idp)),
    stages: {
      injectFault: createFaultStage({ faults, account: defaultAccount, issuerOfToken: unverifiedIssuer }),
      observers: [metrics, ...outcomeLog(logger)],
      onError,
    },
  });
  const reset = async (): Promise<void> => {
    clock.reset();
    await applyState(declared, iam, generation);
    decisionLog.clear();
    trail.clear();
    iam.lastUse.clear();
    faults.clear();
    metrics.clear();
    idp.reset();
  };
  const reload = async (next: Declaration, source?: string): Promise<void> => {
    await reloadState(declared, next, { iam, generation, registry: idp.registry }, source);
    declared = next;
  };
  const closing = new AbortController();
  // Each decision stream adds a listener, and there may be many.
  setMaxListeners(0, closing.signal);
  const control: ControlDeps = {
    version,
    clock,
    startedAt: clock.real(),
    decisionLog,
    idp,
    iam,
    adminToken: config.adminToken,
    certificateAuthority: authority?.pem,
    closing: closing.signal,
    faults,
    createTradeInToken: tradeIn => createTradeInToken(tradeIn, sealer),
    encodeMessage: decision => encodeAuthorizationMessage(decision, accountOfDecision(decision), sealer),
    metrics,
    stsSettings: config.sts,
    evaluate: evaluateDocument,
    explainAssume: (request, from) => explainAssume({ ...request, ...from }, pipeline.authenticate, sts),
    lint: ({ policy, kind }) => lint(typeof policy === 'string' ? policy : JSON.stringify(policy), kind ?? 'trust'),
    reset,
    state: {
      read: options => readState({ iam, generation, registry: idp.registry }, options),
      replace: state => replaceState(state, { iam, generation, registry: idp.registry }),
    },
  };
  await applyDeclaration({}, config, { iam, generation, registry: idp.registry }).catch(async (error: unknown) => {
    await idp.close();
    throw error;
  });
  declared = config;
  const stsParts: StsRouteParts = {
    credentials: request => serveCredentials(request, config.credentialEndpoints, sts),
    outboundDiscovery: (issuer, base) =>
      isOutboundIssuer(issuer, store)
        ? { ...outboundDiscovery(issuer), ...(base === undefined ? {} : { jwks_uri: `${base}/.well-known/jwks.json` }) }
        : undefined,
    outboundKeys: () => outboundKeys(sts),
  };
  const hostAllowed = createHostCheck(config.allowedHosts, host => isOutboundHost(host) || idp.isIssuerHost(host));
  const app = await buildApp({
    aws: {
      answer: createDispatcher(pipeline),
      refuse: (request, error) => refuseRequest(request, error, pipeline),
    },
    control,
    account: defaultAccount,
    idp,
    sts: stsParts,
    hostAllowed,
    allowedOrigins: new Set(config.allowedOrigins),
    random,
    onError,
  });
  const secure =
    authority &&
    tls?.createTlsServer({
      app,
      authority,
      hostAllowed,
      onHandshakeError: sentence => logger.warn({ wire: 'tls' }, sentence),
    });
  const close = () => {
    closing.abort();
    return closeAll(app, secure, idp, store);
  };
  const parts = { config, url: '', tls: undefined, secure, clock, store, decisionLog, idp, faults };
  return { ...parts, app, logger, control, reset, reload, close };
}

async function closeAll(app: FastifyInstance, secure: TlsServer | undefined, idp: Idp, store: Store): Promise<void> {
  await Promise.all([app.close(), secure?.close()]);
  await idp.close();
  await store.close();
}

/** The thumbprint AWS would retrieve for a provider without one: that of our authority for hosted issuers, else undefined. */
function servedThumbprint(issuer: string, authority: Authority, idp: Idp): string | undefined {
  const known = idp.registry.list().find(view => view.issuer === issuer);
  return known?.source === 'hosted' ? authority.thumbprint : undefined;
}

/** The account whose callers may decode the authorization message: that of the principal, else of the resource. */
const accountOfDecision = ({ resource, principal }: Decision): string => {
  const own = principal !== null && 'account' in principal ? principal.account : undefined;
  return typeof own === 'string' ? own : (parseArn(resource)?.account ?? '');
};

/** The URL at which clients on this machine reach a listening address. */
function addressUrl(scheme: 'http' | 'https', { address, port, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `${scheme}://localhost:${port}`;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
