/** Groups the steps of a decision into stages (token, issuer, provider, role, session), each with its state. */
import type { Step } from '../../policy/decision.ts';
import { textOf } from './claim-values.ts';
import type { LocalDecision } from './local-decision.ts';

export type StageState = 'passed' | 'failed' | 'not-reached';

export interface Stage {
  readonly name: string;
  readonly state: StageState;
  /** What the stage checks, from the details of its steps: an issuer, an audience, a role name. */
  readonly subject: string;
  readonly steps: readonly Step[];
}

interface StageDefinition {
  readonly name: string;
  readonly steps: readonly string[];
  readonly subject: (steps: readonly Step[], decision: LocalDecision) => unknown;
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

/** Shown only when it refused: these checks come before those of a token, and after the signature of a signed call. */
const request: StageDefinition = {
  name: 'Request',
  steps: ['parameters', 'role-arn', 'region'],
  subject: () => 'parameters',
};

const role: StageDefinition = {
  name: 'Role',
  steps: ['role', 'roles-claim', 'trust', 'policies', 'mfa', 'account'],
  subject: (_, { resource }) => nameOfArn(resource),
};
const session: StageDefinition = {
  name: 'Session',
  steps: ['duration', 'session-policy', 'packed-size', 'tags', 'source-identity'],
  subject: (_, { allowed }) => (allowed ? 'credentials issued' : 'no credentials'),
};

function audienceText(steps: readonly Step[]): string {
  const audience = detailOf(steps, 'audience') ?? detailOf(steps, 'actual');
  return audience === undefined ? '' : `audience ${textOf(audience)}`;
}

const webIdentity: readonly StageDefinition[] = [
  {
    name: 'Token',
    // The tags and source identity of a token are its claims, and are checked before the role.
    steps: ['token-parsed', 'times', 'tags', 'source-identity'],
    subject: steps => detailOf(steps, 'subject') ?? 'web identity',
  },
  {
    name: 'Issuer',
    steps: ['issuer', 'key', 'signature'],
    subject: steps => textOf(detailOf(steps, 'issuer')).replace(/^https:\/\//, ''),
  },
  { name: 'Provider', steps: ['provider', 'audience'], subject: steps => audienceText(steps) },
  role,
  { ...session, steps: session.steps.filter(step => step !== 'tags' && step !== 'source-identity') },
];

function callerName({ principal }: LocalDecision): string {
  if (principal === null) return 'caller';
  if ('arn' in principal) return String(principal.arn).split(':').slice(4).join(':');
  return 'accessKeyId' in principal ? textOf(principal['accessKeyId']) : 'caller';
}

/** The signature of the call, and who made it. */
const caller: StageDefinition = {
  name: 'Caller',
  steps: ['credentials', 'signature', 'caller'],
  subject: (_, decision) => callerName(decision),
};

const signedAssume: readonly StageDefinition[] = [caller, role, session];

const otherCall: readonly StageDefinition[] = [
  caller,
  { name: 'Policies', steps: ['policies'], subject: (_, { action }) => action },
  { name: 'Resource', steps: ['request'], subject: (_, { resource }) => resource },
];

function definitionsOf({ action, steps }: LocalDecision): readonly StageDefinition[] {
  if (/AssumeRoleWith/i.test(action) || steps.some(step => step.name === 'token-parsed')) return webIdentity;
  return /^sts:(AssumeRole|TagSession|SetSourceIdentity)$/i.test(action) ? signedAssume : otherCall;
}

/** The stages of a decision. A step that no stage lists is added to the second-last stage. */
export function stagesOf(decision: LocalDecision): readonly Stage[] {
  const refused = decision.steps.some(step => !step.ok && request.steps.includes(step.name));
  const usual = definitionsOf(decision);
  const before = usual[0] === caller ? 1 : 0;
  const definitions = refused ? [...usual.slice(0, before), request, ...usual.slice(before)] : usual;
  const known = new Set(definitions.flatMap(definition => definition.steps));
  const unlisted = decision.steps.filter(step => !known.has(step.name));
  const groups = definitions.map((definition, at) => {
    const own = decision.steps.filter(step => definition.steps.includes(step.name));
    return { definition, steps: at === definitions.length - 2 ? [...own, ...unlisted] : own };
  });
  const failedStep = groups.findIndex(({ steps }) => steps.some(step => !step.ok));
  // Without a failed step the policies denied; they belong to the second-last stage.
  const failed = decision.allowed ? -1 : failedStep === -1 ? definitions.length - 2 : failedStep;
  return groups.map(({ definition, steps }, at) => ({
    name: definition.name,
    state: at === failed ? 'failed' : isPassed(at, failed, steps) ? 'passed' : 'not-reached',
    subject: textOf(definition.subject(steps, decision)),
    steps,
  }));
}

const isPassed = (at: number, failed: number, steps: readonly Step[]): boolean =>
  failed === -1 || at < failed || (steps.length > 0 && steps.every(step => step.ok));
