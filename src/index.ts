/** The public API: `startRolecall()`, its types and errors. */
export type { DecisionFilter } from './authorization/decision-log.ts';
export { ConfigError, type ConfigErrorEntry } from './config/config-error.ts';
export type { IssuerSettings } from './config/issuers.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { IssuerView, Minted, MintRequest } from './idp/types.ts';
export { type AssumedCredentials, AssumeError, type AssumeOptions } from './library/assume.ts';
export {
  type Rolecall,
  type RolecallClock,
  type RolecallDecisions,
  type RolecallFaults,
  type RolecallIssuers,
  startRolecall,
} from './library/rolecall.ts';
export type { Decision } from './policy/decision.ts';
export type { InjectedFault, InjectedFaultDeclaration } from './server/faults/declaration.ts';
