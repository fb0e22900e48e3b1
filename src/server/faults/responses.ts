/** The response of an injected fault: an error of the catalogue, a dropped connection, or only a delay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMON_ERRORS, type ErrorContext, type ErrorRow, internalFailure, validationError } from '../../aws/error.ts';
import type { Connection } from '../../aws/wire.ts';
import { rowsByName } from '../../kernel/table.ts';
import type { InjectedFault } from './declaration.ts';

/** The rows of the catalogue of AWS errors by code. */
export type ErrorCatalogue = ReadonlyMap<string, ErrorRow>;

/** The errors that faults can name without a status: the common ones and those of the services. */
export const errorCatalogue = (services: readonly { readonly errors: readonly ErrorRow[] }[]): ErrorCatalogue =>
  rowsByName(
    [...COMMON_ERRORS, ...services.flatMap(({ errors }) => errors)].map(row => [row.code, row]),
    'the catalogue of errors',
  );

/** The text of a fault that has no message, with a code for which AWS has none either. */
const INJECTED_MESSAGE = 'An injected fault.';

export interface FaultError {
  readonly code: string;
  readonly status: number;
  /** Undefined if AWS sends the code without a message. */
  readonly message: string | undefined;
}

/** The effect of a fault when its delay is over; undefined: the request continues. */
export function effectOf(
  { respond }: InjectedFault,
  catalogue: ErrorCatalogue,
  context: ErrorContext,
): FaultError | 'drop' | undefined {
  const { drop, error, status, message } = respond;
  if (drop === true) return 'drop';
  if (error === undefined && status === undefined) return undefined;
  const unnamed = status !== undefined && status >= 500 ? internalFailure : validationError;
  const code = error ?? unnamed.code;
  const row = catalogue.get(code);
  const text = message ?? row?.messageFor(context);
  return {
    code,
    status: status ?? row?.status ?? unnamed.status,
    message: text === null ? undefined : (text ?? INJECTED_MESSAGE),
  };
}

/** Waits; returns false if the client closed the connection meanwhile, so that the request is not processed further. */
export async function waited(delayMs: number, connection: Connection | undefined): Promise<boolean> {
  if (connection?.destroyed === true) return false;
  const disconnected = new AbortController();
  const onClose = (): void => disconnected.abort();
  connection?.once('close', onClose);
  try {
    await sleep(delayMs, undefined, { signal: disconnected.signal });
    return true;
  } catch (error) {
    if (disconnected.signal.aborted) return false;
    throw error;
  } finally {
    connection?.off('close', onClose);
  }
}
