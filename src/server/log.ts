/** The log: JSON lines, on a terminal the same lines for people, one for each decision. Never a token, a key or a policy. */
import pino, { type Logger } from 'pino';
import { decisionLine } from '../authorization/decision-line.ts';
import type { DecisionLog } from '../authorization/decision-log.ts';
import type { Caller } from '../authorization/principals.ts';
import type { Outcome } from '../aws/dispatch.ts';

/** A log on standard output; it follows the book from now on. */
export async function openLog(level: string, decisionLog: DecisionLog): Promise<Logger> {
  const logger = pino({ level }, await destination());
  if (logger.isLevelEnabled('info')) {
    decisionLog.watch(entry => logger.info({ requestId: entry.requestId, decision: entry.id }, decisionLine(entry)));
  }
  return logger;
}

/** Bytes that wait for whoever reads the log; a reader that does not keep up loses lines rather than our memory. */
const MOST_UNREAD = 4 * 1024 * 1024;

async function destination() {
  if (!process.stdout.isTTY) return pino.destination({ sync: false, maxLength: MOST_UNREAD });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' });
}

/** Calls that nobody decided about are for those who look closely. */
export function logOutcome({ call, operation, error }: Outcome<Caller>, logger: Logger): void {
  if (!logger.isLevelEnabled('debug')) return;
  const { requestId, service, caller } = call;
  const facts = { requestId, service, operation: operation.name, caller: caller?.arn };
  if (error === undefined) logger.debug(facts, `${operation.name} done`);
  else
    logger.debug(
      { ...facts, status: error.status, code: error.code, reason: error.reason },
      `${operation.name} refused`,
    );
}
