/** A pipeline with three small services, for tests of the AWS wire without the emulator's services. */
import { bindService, createPipeline, type Outcome, type Pipeline } from '../../src/aws/dispatch.ts';
import { AwsError, accessDenied } from '../../src/aws/error.ts';
import { defineOperations, type PendingDecision, type Target } from '../../src/aws/operation.ts';
import { integer, list, optional, struct, text, timestamp } from '../../src/aws/shape.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import { KEY } from './aws-requests.ts';

/** Real time of the pipeline; the movable clock is one day ahead. */
export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
export const DAY = 86_400_000;

export interface TestCaller {
  readonly arn: string;
  readonly sessionToken: string | undefined;
}

interface Deps {
  readonly greeting: string;
}

const operation = defineOperations<TestCaller, Deps>();

/** A decision whose ID states how the call ended. */
const decisionOf = (name: string, allowed: boolean): PendingDecision => ({
  allowed,
  record: error => (allowed && error !== undefined ? `${name} refused: ${error.code}` : name),
});

const nothing = struct('Empty', {});
const Echo = {
  RoleArn: text({ min: 2, max: 20 }),
  DurationSeconds: optional(integer({ min: 900 })),
  Tags: optional(list(struct('Tag', { Key: text(), Value: optional(text()) }))),
};

const stsOperations = [
  operation({
    name: 'GetCallerIdentity',
    auth: 'signed',
    input: nothing,
    output: struct('Out', { Arn: text(), UserId: text(), Account: text() }),
    handle: (_input, call) => ({ Arn: call.caller.arn, UserId: call.region, Account: call.sourceIp }),
  }),
  operation({
    name: 'AssumeRoleWithWebIdentity',
    auth: 'none',
    input: struct('In', Echo),
    output: struct('Out', { ...Echo, Expiration: timestamp() }),
    check: input => {
      if (input.RoleArn === 'crossed') throw new AwsError('ValidationError', 400, 'crossed is invalid');
    },
    handle: (input, call, deps) => {
      call.decided(decisionOf('first', true));
      call.decided(decisionOf(deps.greeting, input.RoleArn !== 'refused'));
      if (input.RoleArn === 'refused') throw accessDenied('Not authorized');
      return { ...input, Expiration: call.now };
    },
  }),
];

const target = (name: string): Target => ({ resource: `arn:aws:iam::000000000000:role/${name}` });

const iamOperations = [
  operation({
    name: 'DeleteRole',
    auth: 'signed',
    input: struct('In', { RoleName: text({ min: 1, max: 64, pattern: '[\\w+=,.@-]+' }) }),
    target: input => target(input.RoleName),
    handle: () => ({}),
  }),
  operation({
    name: 'DeleteRoles',
    auth: 'signed',
    input: struct('In', { RoleNames: list(text()) }),
    target: input => input.RoleNames.map(target),
    handle: ({ RoleNames }) =>
      RoleNames.includes('refused') ? Promise.reject(accessDenied('Not authorized')) : Promise.resolve({}),
  }),
  operation({
    name: 'Break',
    auth: 'none',
    input: nothing,
    handle: () => {
      throw new TypeError('an internal error');
    },
  }),
];

const trailOperations = [
  operation({
    name: 'LookupEvents',
    auth: 'signed',
    input: struct('In', { MaxResults: optional(integer({ min: 1, max: 50 })) }),
    output: struct('Out', { NextToken: optional(text()), At: timestamp() }),
    handle: (input, call) => ({ NextToken: String(input.MaxResults), At: call.now }),
  }),
];

export interface TestPipeline {
  readonly pipeline: Pipeline<TestCaller>;
  readonly outcomes: Outcome<TestCaller>[];
  readonly errors: unknown[];
  /** Calls of the authorizer: service and operation, resource, caller. */
  readonly authorized: string[];
}

/** Creates a pipeline whose authorizer allows everything except roles named `denied`. */
export function testPipeline(): TestPipeline {
  const outcomes: Outcome<TestCaller>[] = [];
  const errors: unknown[] = [];
  const authorized: string[] = [];
  const clock = new MovableClock(() => NOW);
  clock.advance(DAY);
  const deps: Deps = { greeting: 'decision-2' };
  const pipeline = createPipeline<TestCaller>({
    services: [
      bindService(
        {
          name: 'sts',
          version: '2011-06-15',
          namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
          printsValues: true,
          operations: stsOperations,
          notEmulated: ['AssumeRoleWithSAML'],
          errors: [],
        },
        deps,
      ),
      bindService(
        {
          name: 'iam',
          version: '2010-05-08',
          namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
          printsValues: false,
          operations: iamOperations,
          notEmulated: [],
          errors: [],
        },
        deps,
      ),
      bindService(
        {
          name: 'cloudtrail',
          version: '2013-11-01',
          namespace: 'http://cloudtrail.amazonaws.com/doc/2013-11-01/',
          printsValues: true,
          targetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
          operations: trailOperations,
          notEmulated: ['ListTags'],
          errors: [],
        },
        deps,
      ),
    ],
    authenticate: (accessKeyId, sessionToken) => {
      if (accessKeyId !== KEY.accessKeyId)
        throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
      return {
        caller: { arn: `arn:aws:iam::000000000000:user/${accessKeyId}`, sessionToken },
        secret: KEY.secretAccessKey,
      };
    },
    authorize: (call, { resource }) => {
      authorized.push(`${call.service}:${call.operation} ${resource} ${call.caller.arn}`);
      const isDenied = resource.endsWith('/denied');
      call.decided(decisionOf(resource.slice(resource.indexOf('/') + 1), !isDenied));
      if (isDenied) throw accessDenied('denied');
    },
    observers: [{ observe: outcome => void outcomes.push(outcome) }],
    onError: error => {
      errors.push(error);
    },
    clock,
    random: createRandomSource('wire'),
  });
  return { pipeline, outcomes, errors, authorized };
}
