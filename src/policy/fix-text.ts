/** Fixes as text: their lines in a terminal and in the message of a test, and the short form at the end of a log line. */
import { printable } from '../kernel/text.ts';
import type { Decision, Fix, FixSide } from './decision.ts';

/** Who makes the change, as a page shows it; lines of text show the side itself. */
export const SIDE_NAMES: Readonly<Record<FixSide, string>> = {
  policy: 'Policy',
  caller: 'Caller',
  provider: 'Identity provider',
  workflow: 'Job',
};

/** Shown for an unwanted caller when no change keeps it out. */
export const NOTHING_KEEPS_OUT = 'Rolecall knows no change of a policy that keeps this caller out.';

/** Whether the change lets in others: it is applied only after a confirmation that names them. */
export const letsInOthers = ({ admits }: Fix): boolean => admits.length > 0;

/** `Change the call: Pass ExternalId "x1".` */
export const fixSummary = ({ title, sentence }: Fix): string => printable(`${title}: ${sentence}`);

/** The lines of a fix: the change, whom it lets in, and what to know before. */
export const fixLines = (fix: Fix): string[] => [
  `[${fix.side}] ${fixSummary(fix)}`,
  ...fix.admits.map(who => `  lets in: ${printable(who)}`),
  ...(fix.caution === undefined ? [] : [`  caution: ${printable(fix.caution)}`]),
];

/** The lines of all fixes of a decision, in the order in which to consider them. */
export function fixText({ fixes, narrow }: Pick<Decision, 'fixes' | 'narrow'>): string[] {
  const keepOut = narrow?.flatMap(fix => labelled('keep out', fix)) ?? [];
  const none = narrow?.length === 0 ? [`keep out: ${NOTHING_KEEPS_OUT}`] : [];
  return [...fixes.flatMap(fix => labelled('fix', fix)), ...keepOut, ...none];
}

function labelled(label: string, fix: Fix): string[] {
  const [first = '', ...rest] = fixLines(fix);
  return [`${label}: ${first}`, ...rest];
}
