/** Injected faults of AWS calls, as the pipeline applies them after the route. */
import { AwsError, type ErrorContext } from '../../aws/error.ts';
import type { Parameters } from '../../aws/form.ts';
import type { Call } from '../../aws/operation.ts';
import type { FaultEffect, WireRequest } from '../../aws/wire.ts';
import type { InjectedFault } from './declaration.ts';
import type { InjectedFaults } from './injected-faults.ts';
import { effectOf, waited } from './responses.ts';

interface AwsFaultParts {
  readonly faults: InjectedFaults;
  /** The account that messages name: at this stage the caller is unknown. */
  readonly account: string;
  /** The unverified `iss` of a token; undefined if the text is not a token. */
  issuerOfToken(token: string): string | undefined;
}

type FaultStage = (
  call: Call<unknown>,
  parameters: Parameters,
  request: WireRequest,
) => FaultEffect | Promise<FaultEffect>;

/** Creates the stage; without faults it costs one comparison per call. */
export const createFaultStage =
  ({ faults, account, issuerOfToken }: AwsFaultParts): FaultStage =>
  (call, parameters, request) => {
    if (faults.isEmpty) return undefined;
    const { service, operation } = call;
    let issuer: string | undefined;
    const fault = faults.takeForCall({
      service,
      operation,
      tokenIssuer() {
        issuer ??= issuerOfToken(parameters.get('WebIdentityToken') ?? '') ?? '';
        return issuer;
      },
    });
    if (fault === undefined) return undefined;
    const context = { action: `${service}:${operation}`, account, seconds: Math.floor(call.now / 1000) };
    const effect = (): FaultEffect => awsEffect(fault, faults, context);
    const { delayMs } = fault.respond;
    return delayMs === undefined
      ? effect()
      : waited(delayMs, request.connection).then(isConnected => (isConnected ? effect() : 'drop'));
  };

function awsEffect(fault: InjectedFault, faults: InjectedFaults, context: ErrorContext): FaultEffect {
  const effect = effectOf(fault, faults.subjects.errors, context);
  if (effect === undefined || effect === 'drop') return effect;
  const { code, status, message } = effect;
  return new AwsError(code, status, message, { reason: 'injected-fault' });
}
