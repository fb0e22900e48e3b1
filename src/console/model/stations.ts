/** The handshake as a row of stations, each with the checks that were made there and how they ended. */
import type { Step } from '../../policy/decision.ts';
import { textOf } from './claim-values.ts';
import type { Judgement } from './judge.ts';

export type StationState = 'passed' | 'failed' | 'waiting';

export interface Station {
  readonly name: string;
  readonly state: StationState;
  /** Who or what stands there, as the steps tell it. */
  readonly subject: string;
  readonly steps: readonly Step[];
}

interface Row {
  readonly name: string;
  readonly steps: readonly string[];
  readonly subject: (steps: readonly Step[], judgement: Judgement) => unknown;
}

function detailOf(steps: readonly Step[], name: string): unknown {
  for (const { detail } of steps) {
    if (typeof detail === 'object' && detail !== null && Object.hasOwn(detail, name)) {
      return (detail as Readonly<Record<string, unknown>>)[name];
    }
  }
  return undefined;
}

const nameOfArn = (arn: string): string => arn.slice(arn.indexOf('/') + 1);

const role: Row = {
  name: 'Role',
  steps: ['role-arn', 'region', 'role', 'roles-claim', 'trust', 'policies', 'mfa', 'account'],
  subject: (_, { resource }) => nameOfArn(resource),
};
const session: Row = {
  name: 'Session',
  steps: ['session-name', 'duration', 'session-policy', 'packed-size', 'tags', 'source-identity'],
  subject: (_, { allowed }) => (allowed ? 'credentials issued' : 'no credentials'),
};

function audienceSaid(steps: readonly Step[]): string {
  const audience = detailOf(steps, 'audience') ?? detailOf(steps, 'actual');
  return audience === undefined ? '' : `audience ${textOf(audience)}`;
}

const webIdentity: readonly Row[] = [
  { name: 'Token', steps: ['token-parsed', 'times'], subject: steps => detailOf(steps, 'subject') ?? 'web identity' },
  {
    name: 'Issuer',
    steps: ['issuer', 'key', 'signature'],
    subject: steps => textOf(detailOf(steps, 'issuer')).replace(/^https:\/\//, ''),
  },
  { name: 'Provider', steps: ['provider', 'audience'], subject: steps => audienceSaid(steps) },
  role,
  session,
];

const callerName = ({ principal }: Judgement): string =>
  principal !== null && 'arn' in principal ? String(principal.arn).split(':').slice(4).join(':') : 'caller';

const signedAssume: readonly Row[] = [
  { name: 'Caller', steps: ['caller'], subject: (_, judgement) => callerName(judgement) },
  role,
  session,
];

const otherCall: readonly Row[] = [
  { name: 'Caller', steps: ['caller'], subject: (_, judgement) => callerName(judgement) },
  { name: 'Policies', steps: ['policies'], subject: (_, { action }) => action },
  { name: 'Resource', steps: [], subject: (_, { resource }) => resource },
];

function rowsOf({ action, steps }: Judgement): readonly Row[] {
  if (/AssumeRoleWith/i.test(action) || steps.some(step => step.name === 'token-parsed')) return webIdentity;
  return /^sts:(AssumeRole|TagSession|SetSourceIdentity)$/i.test(action) ? signedAssume : otherCall;
}

/** The stations of a decision. A step that no row knows stands at the last station but one. */
export function stationsOf(judgement: Judgement): readonly Station[] {
  const rows = rowsOf(judgement);
  const known = new Set(rows.flatMap(row => row.steps));
  const strays = judgement.steps.filter(step => !known.has(step.name));
  const made = rows.map((row, at) => {
    const own = judgement.steps.filter(step => row.steps.includes(step.name));
    return { row, steps: at === rows.length - 2 ? [...own, ...strays] : own };
  });
  const explicit = made.findIndex(({ steps }) => steps.some(step => !step.ok));
  // Without a failed step it was the policies, which stand before the last station.
  const failed = judgement.allowed ? -1 : explicit === -1 ? rows.length - 2 : explicit;
  return made.map(({ row, steps }, at) => ({
    name: row.name,
    state: at === failed ? 'failed' : reached(at, failed, steps) ? 'passed' : 'waiting',
    subject: textOf(row.subject(steps, judgement)),
    steps,
  }));
}

const reached = (at: number, failed: number, steps: readonly Step[]): boolean =>
  failed === -1 || at < failed || (steps.length > 0 && steps.every(step => step.ok));
