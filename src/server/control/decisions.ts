/** Control API calls on decisions: evaluate, explain, lint, the decision log and its live stream. */
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Type } from 'typebox';
import type { DecisionFilter } from '../../authorization/decision-log.ts';
import { defined } from '../../kernel/defined.ts';
import { parseTime } from '../../kernel/iso8601.ts';
import { clientOf } from '../aws/aws-routes.ts';
import { ControlError, invalidBody } from './problem.ts';
import { defineCall, Id, strict } from './row.ts';
import {
  ASSUME_ACTIONS,
  AssumeRequest,
  type Decision,
  DecisionAnswer,
  FindingAnswer,
  LintRequest,
  Unwanted,
  UnwantedQuery,
} from './schemas.ts';

const Policy = Type.Unknown({ description: 'A policy document, as an object or a string.' });

const Policies = Type.Unknown({ description: 'One policy document, or a list of them.' });

/** Maximum length of an action or resource, in characters; ARNs of AWS have at most 2,048. */
const MAX_NAME_LENGTH = 8192;

const EvaluateRequest = Type.Object(
  {
    request: Type.Object(
      {
        principal: Type.Unknown({
          description: 'An ARN, "*", an account number, a service name, or {"federated": "<provider ARN>"}.',
          examples: [
            'arn:aws:sts::111122223333:assumed-role/app/session',
            '111122223333',
            'ec2.amazonaws.com',
            { federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
          ],
        }),
        action: Type.String({ maxLength: MAX_NAME_LENGTH, description: 'service:Name; not case-sensitive.' }),
        resource: Type.String({
          maxLength: MAX_NAME_LENGTH,
          description: 'An ARN, or "*" for an action without a resource.',
        }),
        resourceAccount: Type.Optional(
          Type.String({ description: 'The account that owns the resource, if its ARN does not contain it (S3).' }),
        ),
        context: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), {
            description:
              'Condition keys: a scalar, or an array for a multi-valued key. No other keys are added. The path of a role is taken from aws:PrincipalArn, the unique ID of the caller from aws:userid.',
            examples: [{ 'aws:SourceIp': '192.0.2.1', 'aws:TagKeys': ['team'] }],
          }),
        ),
      },
      strict,
    ),
    policies: Type.Object(
      {
        kind: Type.Optional(
          Type.Unsafe<'trust' | 'resource'>({
            type: 'string',
            enum: ['trust', 'resource'],
            description:
              '"trust" if `resource` is the trust policy of a role. By default derived from the resource and the action.',
          }),
        ),
        resource: Type.Optional(Policy),
        identity: Type.Optional(Policies),
        boundary: Type.Optional(Policy),
        session: Type.Optional(Policies),
        scp: Type.Optional(Policies),
        rcp: Type.Optional(Policies),
      },
      strict,
    ),
    unwanted: Unwanted,
  },
  strict,
);

const Filter = Type.Object(
  {
    action: Type.Optional(Type.String()),
    outcome: Type.Optional(Type.Unsafe<'allowed' | 'denied'>({ type: 'string', enum: ['allowed', 'denied'] })),
    principal: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    since: Type.Optional(Type.String({ description: 'A time: ISO 8601, or epoch milliseconds.' })),
    limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,5}$' })),
  },
  strict,
);

function filterOf(query: { since?: string; limit?: string } & Omit<DecisionFilter, 'since' | 'limit'>): DecisionFilter {
  const { since, limit, ...rest } = query;
  const from = since === undefined ? undefined : parseTime(since);
  if (since !== undefined && from === undefined)
    throw new ControlError(400, 'invalid-time', 'since is not a time: use ISO 8601 or epoch milliseconds', {
      path: '/since',
    });
  return {
    ...rest,
    ...defined({ since: from }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

/** Maximum number of open streams, and of unread bytes buffered per stream. */
const MAX_STREAMS = 100;
const MAX_UNREAD = 1024 * 1024;

const events = new WeakMap<Decision, Buffer>();

/** A decision as a Server-Sent Event; serialized once and shared by all streams. */
function eventOf(decision: Decision): Buffer {
  let event = events.get(decision);
  if (event === undefined) {
    event = Buffer.from(`id: ${decision.id}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`);
    events.set(decision, event);
  }
  return event;
}

export const decisionRows = [
  defineCall({
    method: 'POST',
    path: '/evaluate',
    summary: 'Evaluate a request against the given policies.',
    body: EvaluateRequest,
    answer: DecisionAnswer,
    handle({ body, raw }, { evaluate, clock }): Decision {
      const result = evaluate(body);
      if (!result.ok) throw invalidBody(result.problems);
      return { id: raw.id, at: new Date(clock.now()).toISOString(), ...result.decision };
    },
  }),
  defineCall({
    method: 'POST',
    path: '/explain',
    summary: 'Evaluate an AssumeRole* call as a dry run: no credentials are issued.',
    body: AssumeRequest,
    answer: DecisionAnswer,
    handle: ({ body, raw }, { explainAssume }) =>
      explainAssume({ ...body, action: ASSUME_ACTIONS[body.action] }, clientOf(raw)),
  }),
  defineCall({
    method: 'POST',
    path: '/lint',
    summary: 'Lint a policy: report what AWS would reject and what is insecure.',
    body: LintRequest,
    answer: Type.Object({ findings: Type.Array(FindingAnswer) }),
    async handle({ body }, { lint }) {
      const { kind, policy, ...document } = body;
      if (policy === undefined && !('Statement' in document)) {
        throw new ControlError(
          400,
          'missing-policy',
          'the policy is missing: send it in "policy", or as the body itself',
          {
            path: '/policy',
          },
        );
      }
      return { findings: await lint({ kind, policy: policy ?? document }) };
    },
  }),
  defineCall({
    method: 'GET',
    path: '/decisions',
    summary: 'List the decision log, newest first.',
    query: Filter,
    answer: Type.Object({ decisions: Type.Array(DecisionAnswer) }),
    async handle({ query }, { decisionLog }) {
      const decisions: Decision[] = [];
      for (const decision of decisionLog.each(filterOf(query))) {
        decisions.push(decision);
        // Explaining a thousand decisions takes a while: yield to other requests in between.
        if (decisions.length % 5 === 0) await turn();
      }
      return { decisions };
    },
  }),
  defineCall({
    method: 'GET',
    path: '/decisions/stream',
    summary: 'Stream new decisions as Server-Sent Events.',
    produces: 'text/event-stream',
    query: Filter,
    handle({ query, reply, raw }, { decisionLog, closing }) {
      if (decisionLog.listeners >= MAX_STREAMS) {
        throw new ControlError(
          429,
          'too-many-streams',
          `${MAX_STREAMS} decision streams are already open; close one first`,
        );
      }
      const filter = filterOf(query);
      const events = new PassThrough();
      const end = () => events.end();
      closing.addEventListener('abort', end);
      const stop = decisionLog.subscribe(decision => {
        // Close the stream of a slow reader, so that its unread events do not fill the memory.
        if (events.writableLength > MAX_UNREAD) events.destroy();
        else events.write(eventOf(decision));
      }, filter);
      raw.raw.on('close', () => {
        stop();
        closing.removeEventListener('abort', end);
        events.destroy();
      });
      events.write(': decisions follow\n\n');
      // Close the connection with the stream, so that closing the instance does not wait for it.
      return reply.type('text/event-stream').headers({ 'cache-control': 'no-store', connection: 'close' }).send(events);
    },
  }),
  defineCall({
    method: 'GET',
    path: '/decisions/:id',
    summary: 'Get a decision.',
    params: Id,
    query: UnwantedQuery,
    answer: DecisionAnswer,
    handle({ params, query }, { decisionLog }) {
      const decision = decisionLog.get(params.id, query.unwanted === 'true');
      if (decision === undefined)
        throw new ControlError(404, 'unknown-decision', `the decision log does not contain "${params.id}"`, {
          path: '/id',
        });
      return decision;
    },
  }),
];
