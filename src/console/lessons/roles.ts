/** Lessons on callers with AWS credentials: ExternalId, role chaining, session policies, and cross-account access. */
import type { PolicyKind } from '../../policy/decision.ts';
import { type CompiledPolicy, type PolicySet, parsePolicy, principalOf } from '../../policy/index.ts';
import { addPrincipalKeys, addSessionKeys, callContext } from '../../policy/web-identity/context.ts';
import { chainedDurationError } from '../../policy/web-identity/session-duration.ts';
import { evaluatePolicies, type LocalDecision } from '../model/local-decision.ts';
import { accountOf } from '../model/setup.ts';
import { ACCOUNT, CALL, json, part, trustPart } from './fixtures.ts';
import { type Case, decisionWithoutPolicy, type Lesson, type Texts } from './lesson.ts';

const VENDOR = '444455556666';
const PARTNER = '999988887777';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const session = (account: string, role: string): string => `arn:aws:sts::${account}:assumed-role/${role}/job`;

const ANYTHING = json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

function compiled(text: string, kind: PolicyKind): CompiledPolicy | undefined {
  const parsed = parsePolicy(text, { kind, strictness: 'evaluated' });
  return parsed.ok ? parsed.policy : undefined;
}

interface CallerRequest {
  readonly caller: string;
  readonly action?: string;
  readonly resource?: string;
  readonly externalId?: string;
  readonly trust?: string;
  readonly identity?: string;
  readonly session?: string;
}

/** Evaluates a call with AWS credentials; denies it if a policy text is not valid. */
function evaluateCaller({
  caller,
  action = 'sts:AssumeRole',
  resource = ROLE,
  externalId,
  ...texts
}: CallerRequest): LocalDecision {
  const given = [
    ['trust', texts.trust],
    ['identity', texts.identity],
    ['session', texts.session],
  ] as const;
  const policies = new Map<string, CompiledPolicy>();
  for (const [kind, text] of given) {
    if (text === undefined) continue;
    const policy = compiled(text, kind);
    if (policy === undefined) return decisionWithoutPolicy(action, resource, `The ${kind} policy is not valid.`);
    policies.set(kind, policy);
  }
  const principal = principalOf(caller);
  if (principal === undefined) throw new RangeError(`${caller} is not a principal ARN`);
  const trust = policies.get('trust');
  const identity = policies.get('identity');
  const limits = policies.get('session');
  const set: PolicySet = {
    ...(trust === undefined ? {} : { resource: trust, kind: 'trust' as const }),
    ...(identity === undefined ? {} : { identity: [identity] }),
    ...(limits === undefined ? {} : { session: [limits] }),
  };
  const keys = callContext(CALL, accountOf(resource) || accountOf(caller));
  const context = addSessionKeys(
    addPrincipalKeys(keys, {
      account: accountOf(caller),
      arn: 'roleArn' in principal ? principal.roleArn : caller,
      type: 'AssumedRole',
      userId: 'AROAEXAMPLEID:job',
    }),
    { role: { tags: [] }, sessionName: 'job', tags: [], transitive: [], sourceIdentity: undefined },
  );
  if (externalId !== undefined) context.set('sts:externalid', externalId);
  return evaluatePolicies({ principal, action, resource, context }, set);
}

const one = (expected: Case['expected'], title: string, request: (texts: Texts) => CallerRequest): Case => ({
  title,
  expected,
  decide: texts => evaluateCaller(request(texts)),
});

const accountTrust = (account: string, condition?: unknown): string =>
  json({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'sts:AssumeRole',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

const vendor = (
  title: string,
  expected: Case['expected'],
  externalId: string | undefined,
  caller = session(VENDOR, 'scanner'),
): Case =>
  one(expected, title, ({ trust = '' }) => ({
    caller,
    trust,
    identity: ANYTHING,
    ...(externalId === undefined ? {} : { externalId }),
  }));

const identity = (resource: string): string =>
  json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: resource }] });

const both = (title: string, expected: Case['expected'], caller: string, resource = ROLE): Case =>
  one(expected, title, ({ trust = '', identity: text = '' }) => ({ caller, resource, trust, identity: text }));

const call = (seconds: number): string => json({ RoleArn: ROLE, RoleSessionName: 'nightly', DurationSeconds: seconds });

/** The role of the lesson on role chaining. */
const TWELVE_HOURS = { arn: ROLE, maxSessionDuration: 43_200 };

/** A case that applies AWS's limits of DurationSeconds to the parameters of the call. */
const durationCase = (title: string, expected: Case['expected']): Case => ({
  title,
  expected,
  decide: ({ call: text = '' }) => decisionWithoutPolicy('sts:AssumeRole', ROLE, durationError(text)),
});

/** AWS's error for a call with session credentials; undefined when it accepts the duration. */
function durationError(text: string): string | undefined {
  const seconds = durationOf(text);
  return seconds === undefined
    ? 'DurationSeconds must be an integer.'
    : chainedDurationError(seconds, TWELVE_HOURS, session(ACCOUNT, 'first'));
}

function durationOf(text: string): number | undefined {
  try {
    const { DurationSeconds: seconds } = JSON.parse(text) as { DurationSeconds?: unknown };
    return typeof seconds === 'number' && Number.isInteger(seconds) ? seconds : undefined;
  } catch {
    // Incomplete JSON, while the user is typing: no duration.
    return undefined;
  }
}

const bucket = (action: string | readonly string[], resource: string): string =>
  json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });
const ROLE_POLICY = bucket('s3:*', 'arn:aws:s3:::artifacts/*');
const sessionCase = (title: string, expected: Case['expected'], action: string, key: string): Case =>
  one(expected, title, ({ session: text = '' }) => ({
    caller: session(ACCOUNT, 'deploy'),
    action,
    resource: `arn:aws:s3:::${key}`,
    identity: ROLE_POLICY,
    session: text,
  }));

export const roles: readonly Lesson[] = [
  {
    id: 'external-id',
    title: 'The confused deputy',
    topic: 'ExternalId',
    problem: `A vendor in account ${VENDOR} scans the accounts of its customers with one role. Your policy trusts the vendor, so any other customer who gives the vendor your role’s ARN can use your role.`,
    goal: 'Allow the vendor only when it acts for you: with the ExternalId acme-7f3a.',
    parts: [
      part(
        'trust',
        'Trust policy of the role deploy',
        'trust',
        accountTrust(VENDOR),
        accountTrust(VENDOR, { StringEquals: { 'sts:ExternalId': 'acme-7f3a' } }),
      ),
    ],
    hints: [
      'The vendor sends your ExternalId with each call that it makes for you.',
      'Add a Condition on sts:ExternalId.',
    ],
    cases: [
      vendor('the vendor, for you (acme-7f3a)', 'allowed', 'acme-7f3a'),
      vendor('the vendor, for another customer', 'denied', 'initech-0001'),
      vendor('the vendor, without an ExternalId', 'denied', undefined),
      vendor('another account with your ExternalId', 'denied', 'acme-7f3a', session(PARTNER, 'scanner')),
    ],
    takeaway: 'The trust policy allows the vendor; the ExternalId identifies the customer that the vendor acts for.',
  },
  {
    id: 'role-chaining',
    title: 'Maximum duration of chained sessions',
    topic: 'Role chaining',
    problem:
      'The nightly job assumes a role, and with that session the role deploy, which has a maximum session duration of twelve hours. AWS rejects the second call.',
    goal: 'Request the longest session duration that AWS allows for role chaining.',
    parts: [part('call', 'Parameters of AssumeRole', 'json', call(43_200), call(3600))],
    hints: [
      'A session that is created with the credentials of another session has a separate limit.',
      'The limit is one hour: 3600 seconds.',
    ],
    cases: [
      durationCase('the nightly job, with the session of its first role', 'allowed'),
      {
        title: 'the session is long enough for a job of 45 minutes',
        expected: 'allowed',
        decide: ({ call: text = '' }) =>
          decisionWithoutPolicy(
            'sts:AssumeRole',
            ROLE,
            (durationOf(text) ?? 0) >= 2700 ? undefined : 'The session expires before the job ends.',
          ),
      },
    ],
    takeaway:
      'A chained session lasts at most one hour. For a longer session, assume the target role directly with the first identity.',
  },
  {
    id: 'session-policy',
    title: 'Session policies limit a session',
    topic: 'Session policies',
    problem:
      'The role allows s3:* on the bucket artifacts. The job passes a session policy to limit its permissions, and now it cannot upload.',
    goal: 'Allow the session to read and upload artifacts. Deny deletion.',
    parts: [
      part(
        'session',
        'Session policy',
        'session',
        bucket('s3:GetObject', 'arn:aws:s3:::artifacts/*'),
        bucket(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::artifacts/*'),
      ),
    ],
    hints: [
      'A session has the permissions that both the role’s policies and the session policy allow.',
      'The action for uploads is s3:PutObject.',
    ],
    cases: [
      sessionCase('s3:PutObject to artifacts', 'allowed', 's3:PutObject', 'artifacts/app.zip'),
      sessionCase('s3:GetObject from artifacts', 'allowed', 's3:GetObject', 'artifacts/app.zip'),
      sessionCase('s3:DeleteObject in artifacts', 'denied', 's3:DeleteObject', 'artifacts/app.zip'),
      sessionCase('s3:PutObject to backups', 'denied', 's3:PutObject', 'backups/app.zip'),
    ],
    takeaway: 'A session policy never adds permissions; it removes the permissions that it does not allow.',
  },
  {
    id: 'cross-account',
    title: 'Cross-account access',
    topic: 'Cross-account',
    problem: `The role builder in account ${PARTNER} deploys to your account. Your trust policy must name it, and its identity policy must allow it to assume your role. Both policies have an error.`,
    goal: 'Allow access in both policies, only for the caller builder and the role deploy.',
    parts: [
      part(
        'identity',
        `Policy of builder, account ${PARTNER}`,
        'identity',
        identity(ROLE.replace('deploy', 'deployment')),
        identity(ROLE),
      ),
      trustPart(
        accountTrust(PARTNER).replace(':root', ':role/bulider'),
        accountTrust(PARTNER).replace(':root', ':role/builder'),
      ),
    ],
    hints: [
      'Within one account, one of the two policies is enough. Across accounts, both must allow the call.',
      'Compare the names in both policies: deploy, builder.',
      'The Resource * would allow every role that trusts the account.',
    ],
    cases: [
      both('builder assumes deploy', 'allowed', session(PARTNER, 'builder')),
      both('another role of that account assumes deploy', 'denied', session(PARTNER, 'intern')),
      one('denied', 'builder assumes the role admin', ({ identity: text = '' }) => ({
        caller: session(PARTNER, 'builder'),
        resource: `arn:aws:iam::${ACCOUNT}:role/admin`,
        trust: accountTrust(PARTNER),
        identity: text,
      })),
    ],
    takeaway:
      'Across accounts, the trust policy determines who can assume the role, and the caller’s identity policy determines which roles it can assume.',
  },
];
