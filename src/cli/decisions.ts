/** `rolecall decisions`: prints the decision log of a running emulator, once or continuously. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { decisionLine } from '../authorization/decision-line.ts';
import type { Decision } from '../policy/decision.ts';
import { formatDecision } from './format-decision.ts';
import { CommandError, callControlApi, colorize, fetchControlApi, print } from './output.ts';

interface DecisionsOptions {
  readonly action?: string;
  readonly outcome?: string;
  readonly role?: string;
  readonly principal?: string;
  readonly limit: number;
  readonly follow?: boolean;
  readonly long?: boolean;
  readonly json?: boolean;
  readonly url: string;
}

export async function decisionsCommand(options: DecisionsOptions): Promise<void> {
  const { action, outcome, role, principal, limit, url } = options;
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries({ action, outcome, role, principal }))
    if (value !== undefined) query.set(name, value);
  const { decisions } = (await callControlApi(url, `/decisions?${query}`)) as { decisions: Decision[] };
  if (options.json === true && options.follow !== true) print(JSON.stringify(decisions, null, 2));
  else for (const decision of decisions.toReversed()) show(decision, options);
  if (options.follow === true) await follow(options, query);
}

function show(decision: Decision, { json, long }: DecisionsOptions): void {
  if (json === true) print(JSON.stringify(decision));
  else if (long === true) print(...formatDecision(decision), '');
  else
    print(
      `${colorize('dim', decision.at.slice(11, 19))} ${colorize(decision.allowed ? 'green' : 'red', decisionLine(decision))}`,
    );
}

/** Reads Server-Sent Events; each event is one decision. */
async function follow(options: DecisionsOptions, query: URLSearchParams): Promise<void> {
  const response = await fetchControlApi(options.url, `/decisions/stream?${query}`);
  if (!response.ok || response.body === null)
    throw new CommandError(`the decision stream cannot be opened: HTTP ${response.status}`);
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
    if (!line.startsWith('data: ')) continue;
    show(JSON.parse(line.slice(6)) as Decision, options);
  }
}
