/**
 * The policy evaluator without a server: prints why a pull request cannot assume the role, and which change allows it.
 * In your own project, import `from 'rolecall/policy'`.
 */
import { evaluate, explain, lint, parsePolicy, requestContext } from '../src/policy/index.ts';

const issuer = 'token.actions.githubusercontent.com';
const provider = `arn:aws:iam::123456789012:oidc-provider/${issuer}`;

const text = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Deploy',
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${issuer}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/*' },
      },
    },
  ],
});

const parsed = parsePolicy(text, { kind: 'trust' });
if (!parsed.ok) throw new Error(parsed.faults.map(fault => `${fault.path} ${fault.message}`).join('\n'));

const request = {
  principal: { type: 'federated', provider, account: '123456789012' },
  action: 'sts:AssumeRoleWithWebIdentity',
  resource: 'arn:aws:iam::123456789012:role/deploy',
  context: requestContext({
    [`${issuer}:aud`]: 'sts.amazonaws.com',
    [`${issuer}:sub`]: 'repo:octo-org/octo-repo:pull_request',
  }),
} as const;
const policies = { resource: parsed.policy, kind: 'trust' } as const;

const evaluation = evaluate(request, policies);
const { explanation, fixes } = explain(evaluation, { request, policies });

console.log(`${evaluation.allowed ? 'allowed' : 'denied'} (${evaluation.reason})`);
for (const sentence of explanation) console.log(`  ${sentence}`);
for (const { title, sentence, admits } of fixes) {
  console.log(`  fix: ${title}: ${sentence}`);
  for (const who of admits) console.log(`    lets in: ${who}`);
}
for (const { severity, path, message } of await lint(text, 'trust'))
  console.log(`  ${severity} at ${path}: ${message}`);
