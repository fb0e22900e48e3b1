/** Assembles the AWS services of one instance and the pipeline of their calls. The emulator and the tests use this one assembly. */
import { createAuthorizer } from './authorization/authorize.ts';
import { builtInCredentials, createCredentialResolver, isKnownId } from './authorization/credentials.ts';
import type { DecisionLog } from './authorization/decision-log.ts';
import type { IamDeps, IamSettings } from './authorization/deps.ts';
import { LastUse } from './authorization/last-use.ts';
import type { Caller } from './authorization/principals.ts';
import { refusalOf } from './authorization/refusals.ts';
import { StoredDecision } from './authorization/stored-decision.ts';
import { bindService, createPipeline, type Pipeline } from './aws/dispatch.ts';
import type { PipelineOptions } from './aws/wire.ts';
import { Trail } from './cloudtrail/events.ts';
import { cloudTrailService } from './cloudtrail/service.ts';
import type { Config } from './config/schema.ts';
import { iamService } from './iam/service.ts';
import type { Clock } from './kernel/clock.ts';
import { defined } from './kernel/defined.ts';
import type { IssuerKeys } from './kernel/issuer-keys.ts';
import { LastValue } from './kernel/last-value.ts';
import type { RandomSource } from './kernel/random.ts';
import type { Sealer } from './kernel/seal.ts';
import { issuerKeyNames } from './policy/web-identity/context.ts';
import type { Store } from './store/store.ts';
import type { StsDeps, StsSettings } from './sts/deps.ts';
import { stsService } from './sts/service.ts';

/** What makes an instance differ from another one. */
interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealer: Sealer;
  readonly decisionLog: DecisionLog;
  readonly issuerKeys: IssuerKeys;
  /** The built-in administrator. */
  readonly credentials: Config['credentials'];
  /** Read on every use: the emulator passes the generation of its state. */
  readonly iam: IamSettings;
  readonly sts: StsSettings;
  readonly thumbprintOf?: NonNullable<IamDeps['thumbprintOf']> | undefined;
  /** Stages of the pipeline that the services do not provide. Observers follow those of the services. */
  readonly stages: Omit<PipelineOptions<Caller>, 'services' | 'authenticate' | 'authorize' | 'clock' | 'random'>;
}

interface Assembly {
  readonly iam: IamDeps;
  readonly sts: StsDeps;
  readonly trail: Trail;
  readonly pipeline: Pipeline<Caller>;
}

export const SERVICES = [stsService, iamService, cloudTrailService];

export function assemble(parts: Parts): Assembly {
  const { store, clock, random, sealer, decisionLog, issuerKeys, stages } = parts;
  const { enabled, ...administrator } = parts.credentials;
  const stores = { store, sealer, clock };
  const builtIn = enabled ? builtInCredentials(administrator, { ...stores, settings: parts.iam }) : undefined;
  const credentials = { ...stores, ...defined({ builtIn }) };
  const iam: IamDeps = {
    ...stores,
    random,
    decisionLog,
    lastUse: new LastUse(id => isKnownId(id, credentials)),
    settings: parts.iam,
    ...defined({ thumbprintOf: parts.thumbprintOf }),
  };
  const sts: StsDeps = {
    ...stores,
    random,
    decisionLog,
    issuerKeys,
    conditionKeys: new LastValue(issuerKeyNames),
    iam,
    settings: parts.sts,
  };
  const trail = new Trail();
  const pipeline = createPipeline<Caller>({
    recordRefusal: (error, refused) =>
      decisionLog.record(new StoredDecision(refused.call, refusalOf(error, refused), true)),
    ...stages,
    services: [
      bindService(stsService, sts),
      bindService(iamService, iam),
      bindService(cloudTrailService, { trail, sealer }),
    ],
    authenticate: createCredentialResolver(credentials),
    authorize: createAuthorizer(iam),
    observers: [trail, iam.lastUse, ...(stages.observers ?? [])],
    clock,
    random,
  });
  return { iam, sts, trail, pipeline };
}
