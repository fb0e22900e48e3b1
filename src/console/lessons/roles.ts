/** Lessons on callers with AWS credentials: ExternalId, role chaining, session policies, and two accounts. */
import type { PolicyKind } from '../../policy/decision.ts';
import { type CompiledPolicy, type PolicySet, parsePolicy, principalOf, requestContext } from '../../policy/index.ts';
import { type Judgement, judgePolicies } from '../model/judge.ts';
import { type Case, type Lesson, plainJudgement, type Texts } from './lesson.ts';
import { ACCOUNT, json, part, trustPart } from './scene.ts';

const VENDOR = '444455556666';
const PARTNER = '999988887777';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const session = (account: string, role: string): string => `arn:aws:sts::${account}:assumed-role/${role}/job`;

const ANYTHING = json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

function compiled(text: string, kind: PolicyKind): CompiledPolicy | undefined {
  const parsed = parsePolicy(text, { kind, strictness: 'evaluated' });
  return parsed.ok ? parsed.policy : undefined;
}

interface Asked {
  readonly caller: string;
  readonly action?: string;
  readonly resource?: string;
  readonly externalId?: string;
  readonly trust?: string;
  readonly identity?: string;
  readonly session?: string;
}

/** Judges a call of somebody with credentials; a policy that is not one refuses. */
function judgeCaller({ caller, action = 'sts:AssumeRole', resource = ROLE, externalId, ...texts }: Asked): Judgement {
  const given = [
    ['trust', texts.trust],
    ['identity', texts.identity],
    ['session', texts.session],
  ] as const;
  const policies = new Map<string, CompiledPolicy>();
  for (const [kind, text] of given) {
    if (text === undefined) continue;
    const policy = compiled(text, kind);
    if (policy === undefined) return plainJudgement(action, resource, `The ${kind} policy is not a policy yet.`);
    policies.set(kind, policy);
  }
  const principal = principalOf(caller);
  if (principal === undefined) throw new RangeError(`${caller} is no principal`);
  const account = caller.split(':')[4] ?? '';
  const trust = policies.get('trust');
  const identity = policies.get('identity');
  const limits = policies.get('session');
  const set: PolicySet = {
    ...(trust === undefined ? {} : { resource: trust, kind: 'trust' as const }),
    ...(identity === undefined ? {} : { identity: [identity] }),
    ...(limits === undefined ? {} : { session: [limits] }),
  };
  const context = requestContext({ 'aws:PrincipalAccount': account, 'sts:ExternalId': externalId });
  return judgePolicies({ principal, action, resource, context }, set, []);
}

const one = (want: Case['want'], title: string, asked: (texts: Texts) => Asked): Case => ({
  title,
  want,
  judge: texts => judgeCaller(asked(texts)),
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
  want: Case['want'],
  externalId: string | undefined,
  caller = session(VENDOR, 'scanner'),
): Case =>
  one(want, title, ({ trust = '' }) => ({
    caller,
    trust,
    identity: ANYTHING,
    ...(externalId === undefined ? {} : { externalId }),
  }));

const identity = (resource: string): string =>
  json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: resource }] });

const both = (title: string, want: Case['want'], caller: string, resource = ROLE): Case =>
  one(want, title, ({ trust = '', identity: text = '' }) => ({ caller, resource, trust, identity: text }));

/** Seconds; the longest life of a session that another session asked for. */
const CHAINING_LIMIT = 3600;
const call = (seconds: number): string => json({ RoleArn: ROLE, RoleSessionName: 'nightly', DurationSeconds: seconds });

/** AWS's rule on DurationSeconds, judged by the parameters of the call. */
const lasting = (title: string, want: Case['want']): Case => ({
  title,
  want,
  judge: ({ call: text = '' }) => {
    const seconds = durationOf(text);
    const refusal =
      seconds === undefined
        ? 'DurationSeconds is a whole number.'
        : seconds < 900
          ? 'DurationSeconds is 900 at least.'
          : seconds > CHAINING_LIMIT
            ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
            : undefined;
    return plainJudgement('sts:AssumeRole', ROLE, refusal);
  },
});

function durationOf(text: string): number | undefined {
  try {
    const { DurationSeconds: seconds } = JSON.parse(text) as { DurationSeconds?: unknown };
    return typeof seconds === 'number' && Number.isInteger(seconds) ? seconds : undefined;
  } catch {
    // Half-typed JSON has no duration.
    return undefined;
  }
}

const bucket = (action: string | readonly string[], resource: string): string =>
  json({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });
const ROLE_POLICY = bucket('s3:*', 'arn:aws:s3:::artifacts/*');
const inSession = (title: string, want: Case['want'], action: string, key: string): Case =>
  one(want, title, ({ session: text = '' }) => ({
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
    story: `A vendor in account ${VENDOR} scans the accounts of its customers with one role of its own. Your policy trusts the vendor - and so whichever customer tells the vendor your role’s ARN.`,
    goal: 'Let the vendor in only when it works for you: with the ExternalId acme-7f3a.',
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
      'The vendor sends an ExternalId of yours with each call it makes for you.',
      'Add a Condition on sts:ExternalId.',
    ],
    cases: [
      vendor('the vendor, for you (acme-7f3a)', 'in', 'acme-7f3a'),
      vendor('the vendor, for another customer', 'out', 'initech-0001'),
      vendor('the vendor, without an ExternalId', 'out', undefined),
      vendor('somebody else who knows your ExternalId', 'out', 'acme-7f3a', session(PARTNER, 'scanner')),
    ],
    moral: 'The deputy has the right to come in; the ExternalId says on whose behalf.',
  },
  {
    id: 'role-chaining',
    title: 'Twelve hours, one hour',
    topic: 'Role chaining',
    story:
      'The nightly job assumes a role, and from it the role deploy, whose maximum is twelve hours. The second call is refused, whatever the role’s maximum says.',
    goal: 'Ask for a session that a chained call may have, and as long a one as AWS gives.',
    parts: [part('call', 'Parameters of AssumeRole', 'json', call(43_200), call(3600))],
    hints: [
      'A session that was asked for by a session has a limit of its own.',
      'The limit is one hour: 3600 seconds.',
    ],
    cases: [
      lasting('the nightly job, by its first role', 'in'),
      {
        title: 'a job of 45 minutes still fits into the session',
        want: 'in',
        judge: ({ call: text = '' }) =>
          plainJudgement(
            'sts:AssumeRole',
            ROLE,
            (durationOf(text) ?? 0) >= 2700 ? undefined : 'The session ends before the job does.',
          ),
      },
    ],
    moral:
      'Chained sessions last an hour at most. For longer ones, let the first identity assume the last role directly.',
  },
  {
    id: 'session-policy',
    title: 'The session may do less than the role',
    topic: 'Session policies',
    story:
      'The role allows s3:* on the bucket artifacts. The job passes a session policy so that it can do no harm, and now it cannot upload.',
    goal: 'Let the session read and upload artifacts. Deleting stays refused.',
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
      'A session may do what both allow: the role’s policies and the session policy.',
      'Uploading is s3:PutObject.',
    ],
    cases: [
      inSession('s3:PutObject to artifacts', 'in', 's3:PutObject', 'artifacts/app.zip'),
      inSession('s3:GetObject from artifacts', 'in', 's3:GetObject', 'artifacts/app.zip'),
      inSession('s3:DeleteObject in artifacts', 'out', 's3:DeleteObject', 'artifacts/app.zip'),
      inSession('s3:PutObject to backups', 'out', 's3:PutObject', 'backups/app.zip'),
    ],
    moral: 'A session policy never adds anything; it takes away what it does not name.',
  },
  {
    id: 'cross-account',
    title: 'Both sides of a door',
    topic: 'Cross-account',
    story: `The role builder in account ${PARTNER} deploys into your account. Your trust policy names it. Over there, its own policy allows another role.`,
    goal: 'Open the door from both sides, for builder and for the role deploy alone.',
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
      'Within one account one side is enough. Between two accounts both must allow.',
      'Compare the names on both sides: deploy, builder.',
      'A * as Resource would open every role that trusts the account.',
    ],
    cases: [
      both('builder assumes deploy', 'in', session(PARTNER, 'builder')),
      both('another role of that account assumes deploy', 'out', session(PARTNER, 'intern')),
      one('out', 'builder assumes the role admin', ({ identity: text = '' }) => ({
        caller: session(PARTNER, 'builder'),
        resource: `arn:aws:iam::${ACCOUNT}:role/admin`,
        trust: accountTrust(PARTNER),
        identity: text,
      })),
    ],
    moral: 'Across accounts the trust policy says who may come, and the caller’s own policy says where it may go.',
  },
];
