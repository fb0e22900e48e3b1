/**
 * The cost of the policy evaluator: evaluation compared with JSON parsing of the same documents in the same round, and the
 * wildcard matcher compared with the length of its text. Prints microseconds; only ratios are checked, so that results do not
 * depend on the machine.
 */
import { pathToFileURL } from 'node:url';
import { evaluate, matchWildcard, parsePolicy, requestContext } from '../dist/policy/index.js';

const account = '123456789012';
const host = 'token.actions.githubusercontent.com';
const provider = `arn:aws:iam::${account}:oidc-provider/${host}`;

function compiled(document, kind) {
  const result = parsePolicy(JSON.stringify(document), { kind });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

/** A typical policy of five statements: branches, tags, environments, an external account, a deny. */
const trustDocument = {
  Version: '2012-10-17',
  Statement: [
    ...['ref:refs/heads/main', 'ref:refs/tags/v*', 'environment:production'].map((subject, index) => ({
      Sid: `Github${index}`,
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      Condition: {
        StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${host}:sub`]: `repo:octo-org/octo-repo:${subject}` },
      },
    })),
    {
      Sid: 'Partner',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'partner-1' } },
    },
    {
      Sid: 'NotFromElsewhere',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] } },
    },
  ],
};

const webIdentity = {
  principal: { type: 'federated', provider, account },
  action: 'sts:AssumeRoleWithWebIdentity',
  resource: `arn:aws:iam::${account}:role/deploy`,
  context: requestContext({
    [`${host}:aud`]: 'sts.amazonaws.com',
    [`${host}:sub`]: 'repo:octo-org/octo-repo:environment:production',
    'aws:SourceIp': '192.0.2.7',
    'sts:RoleSessionName': 'bench',
  }),
};

/** A managed policy of nearly 6,144 characters, IAM's limit: statements with actions, two resources and a condition. */
function managedDocument(number) {
  const statements = [];
  const services = ['s3', 'ec2', 'dynamodb', 'sqs', 'sns', 'lambda', 'kms', 'logs', 'ecs', 'glue'];
  const document = () => ({ Version: '2012-10-17', Statement: statements });
  for (let index = 0; JSON.stringify(document()).length < 5700; index += 1) {
    const service = services[(index + number) % services.length];
    statements.push({
      Sid: `S${number}x${index}`,
      Effect: index % 7 === 6 ? 'Deny' : 'Allow',
      Action: ['Get*', 'List*', 'Describe*', 'Put*', 'Delete*', 'CreateThing', 'UpdateThing', 'TagResource'].map(
        name => `${service}:${name}`,
      ),
      Resource: [`arn:aws:${service}:*:${account}:team-${index}/*`, `arn:aws:${service}:::bucket-${number}-${index}*`],
      Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } },
    });
  }
  return document();
}

const session = {
  principal: {
    type: 'role-session',
    arn: `arn:aws:sts::${account}:assumed-role/app/s1`,
    roleArn: `arn:aws:iam::${account}:role/app`,
    account,
  },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::bucket-9-1/key',
  context: requestContext({ 'aws:RequestedRegion': 'eu-west-1', 'aws:username': 'x' }),
};

/** Named functions to measure. `baseline` names a case measured in the same round; `target` is the maximum share of it. */
export function policyCases() {
  const trustText = JSON.stringify(trustDocument);
  const trust = compiled(trustDocument, 'trust');
  const documents = Array.from({ length: 10 }, (_, number) => managedDocument(number));
  const identity = documents.map(document => compiled(document, 'identity'));
  const texts = documents.map(document => JSON.stringify(document));
  return [
    { name: 'JSON.parse of a trust policy', run: () => JSON.parse(trustText) },
    {
      name: 'evaluate a trust policy, 5 statements',
      baseline: 'JSON.parse of a trust policy',
      target: 0.75,
      run: () => evaluate(webIdentity, { resource: trust, kind: 'trust' }),
    },
    { name: 'JSON.parse of ten managed policies', run: () => texts.map(text => JSON.parse(text)) },
    {
      name: 'evaluate ten managed policies of 6 KB',
      baseline: 'JSON.parse of ten managed policies',
      target: 0.75,
      run: () => evaluate(session, { identity }),
    },
    { name: 'parse one managed policy of 6 KB', run: () => parsePolicy(texts[0], { kind: 'identity' }) },
  ];
}

/** Worst-case patterns with texts of increasing length: the time per character must be constant. */
export function wildcardCases() {
  const lengths = [512, 2048, 8192, 32768, 131072];
  const shapes = [
    ['*a*a*a…*b on aaaa…', length => [`${'*a'.repeat(Math.min(length / 4, 1024))}*b`, 'a'.repeat(length)]],
    ['*aaa…ab* on aaaa…', length => [`*${'a'.repeat(Math.min(length / 4, 1024))}b*`, 'a'.repeat(length)]],
    ['*a?a?…b* on aaaa…', length => [`*${'a?'.repeat(Math.min(length / 8, 64))}b*`, 'a'.repeat(length)]],
  ];
  return shapes.flatMap(([name, make]) =>
    lengths.map(length => {
      const [pattern, text] = make(length);
      return { name: `wildcard ${name}, ${length} characters`, length, run: () => matchWildcard(pattern, text) };
    }),
  );
}

const rounds = 31;
const roundMs = 12;

const median = list => list.toSorted((a, b) => a - b)[(list.length - 1) / 2];

/**
 * Median of 31 interleaved runs, in microseconds per call: elapsed time, and processor time (more stable on a busy machine).
 * `ratio` is the median over the rounds of a case's processor time divided by that of its baseline.
 */
export function measure(cases) {
  const samples = new Map(cases.map(({ name }) => [name, { wall: [], cpu: [] }]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run } of cases) {
      const start = performance.now();
      const used = process.cpuUsage();
      let calls = 0;
      do {
        for (let i = 0; i < 8; i += 1) run();
        calls += 8;
      } while (performance.now() - start < roundMs);
      const { user, system } = process.cpuUsage(used);
      // The first round is a warm-up.
      if (round < 0) continue;
      samples.get(name).wall.push(((performance.now() - start) * 1000) / calls);
      samples.get(name).cpu.push((user + system) / calls);
    }
  }
  return cases.map(one => {
    const { wall, cpu } = samples.get(one.name);
    const other = samples.get(one.baseline)?.cpu;
    return {
      ...one,
      micros: median(wall),
      cpu: median(cpu),
      ...(other && { ratio: median(cpu.map((value, round) => value / other[round])) }),
    };
  });
}

/** The limit is twice the target, to tolerate noise of the machine. */
const isWithinLimit = ({ ratio, target }) => ratio === undefined || ratio <= target * 2;

const percent = share => `${(share * 100).toFixed(0)}%`;

function print(rows) {
  for (const row of rows) {
    const { name, micros, cpu, ratio, baseline, target, length } = row;
    const perCharacter = length === undefined ? '' : `${((cpu * 1000) / length).toFixed(2)} ns/char`;
    const note = ratio === undefined ? perCharacter : `${percent(ratio)} of ${baseline}, target ${percent(target)}`;
    const verdict = isWithinLimit(row) ? '' : '   FAILED';
    console.log(
      `${name.padEnd(58)} ${micros.toFixed(2).padStart(9)} µs ${cpu.toFixed(2).padStart(9)} µs cpu  ${note}${verdict}`,
    );
  }
}

/** Measures and prints everything; false if a case exceeds twice its target. */
export function reportPolicies() {
  const policies = measure(policyCases());
  print(policies);
  print(measure(wildcardCases()));
  return policies.every(isWithinLimit);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = reportPolicies() ? 0 : 1;
