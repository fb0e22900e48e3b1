/** The log: one JSON line per decision, human-readable on a terminal. It never contains tokens, keys or policies. */
import pino, { type Logger } from 'pino';
import { decisionLine } from '../authorization/decision-line.ts';
import type { DecisionLog } from '../authorization/decision-log.ts';
import type { Caller } from '../authorization/principals.ts';
import type { Observer, Outcome } from '../aws/dispatch.ts';

/** Opens the log on standard output; it logs every new entry of the decision log. Only denials are explained: it costs milliseconds. */
export async function openLog(level: string, decisionLog: DecisionLog): Promise<Logger> {
  const logger = pino({ level }, await destination());
  if (logger.isLevelEnabled('info')) {
    decisionLog.watch((entry, read) =>
      logger.info({ requestId: entry.requestId, decision: entry.id }, decisionLine(entry.allowed ? entry : read())),
    );
  }
  return logger;
}

/** Maximum number of buffered bytes; if the reader of the log is too slow, lines are dropped. */
const MAX_UNREAD = 4 * 1024 * 1024;

async function destination() {
  if (!process.stdout.isTTY) return pino.destination({ sync: false, maxLength: MAX_UNREAD });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' });
}

/** Logs the outcome of each call at level debug; no observer at the other levels. */
export const outcomeLog = (logger: Logger): readonly Observer<Caller>[] =>
  logger.isLevelEnabled('debug') ? [{ observe: outcome => logOutcome(outcome, logger) }] : [];

function logOutcome({ call, operation, error }: Outcome<Caller>, logger: Logger): void {
  const { requestId, service, caller } = call;
  const facts = { requestId, service, operation: operation.name, caller: caller?.arn };
  if (error === undefined) logger.debug(facts, `${operation.name} done`);
  else
    logger.debug(
      { ...facts, status: error.status, code: error.code, reason: error.reason },
      `${operation.name} refused`,
    );
}
