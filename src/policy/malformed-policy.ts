/** AWS's message for a malformed policy: the text of a MalformedPolicyDocument error. */
import type { PolicyError, PolicyKind } from './decision.ts';

type Sentence = (fault: PolicyError) => string;

const fixed =
  (text: string): Sentence =>
  () =>
    text;
const originalMessage: Sentence = fault => fault.message;
const element: Sentence = ({ path }) => path.slice(path.lastIndexOf('/') + 1);
const syntax = fixed('Syntax errors in policy.');

/** Codes that mean the text is not JSON. */
const notJson: ReadonlySet<string> = new Set(['not-json', 'too-deep', 'too-large', 'duplicate-key']);

/** Policies of IAM identities. AWS reports one error: the first of these rows that occurs. */
const identitySentences: readonly (readonly [string, Sentence])[] = [
  ['prohibited-principal', fixed('Policy document should not specify a principal.')],
  ['missing-action', fixed('Policy statement must contain actions.')],
  ['action-without-service', fixed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')],
  [
    'condition-key-without-service',
    fixed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'),
  ],
  ['action-with-two-colons', fixed('Actions/Condition can contain only one colon.')],
  ['invalid-service', originalMessage],
  ['missing-resource', fixed('Policy statement must contain resources.')],
  ['resource-not-arn', originalMessage],
  ['duplicate-sid', fixed('Statement IDs (SID) in a single policy must be unique.')],
];

/** Trust policies. */
const trustSentences: readonly (readonly [string, Sentence])[] = [
  ['prohibited-resource', fault => `Has prohibited field ${element(fault)}.`],
  ['missing-principal', fixed('Missing required field Principal')],
  ['missing-effect', fixed('Missing required field Effect')],
  ['missing-action', fixed('Missing required field Action')],
  ['missing-statement', fixed('Missing required field Statement')],
  ['unknown-element', fault => `Unknown field ${element(fault)}`],
  ['principal-star', originalMessage],
  ['invalid-federated-principal', fixed('Federated principals must be valid domain names or SAML metadata ARNs')],
  ['invalid-principal', fault => (fault.message.startsWith('Invalid principal') ? fault.message : syntax(fault))],
  ['action-without-service', fixed('AssumeRole policy may only specify STS AssumeRole actions.')],
  ['action-not-assume-role', originalMessage],
  ['shared-issuer', originalMessage],
  ['duplicate-sid', fixed('Statement IDs (SID) in a single policy must be unique.')],
];

/** The message that AWS returns for a policy with these errors (from `parsePolicy` or `checkTrustWrite`). */
export function malformedPolicyMessage(faults: readonly PolicyError[], kind: PolicyKind): string {
  const broken = faults.some(fault => notJson.has(fault.code));
  if (broken && kind === 'session') return 'The policy is not in the valid JSON format.';
  if (broken) return kind === 'trust' ? 'This policy contains invalid Json' : 'Syntax errors in policy.';
  const rows = kind === 'trust' ? trustSentences : kind === 'session' ? [] : identitySentences;
  for (const [code, sentence] of rows) {
    const fault = faults.find(one => one.code === code);
    if (fault !== undefined) return sentence(fault);
  }
  return 'Syntax errors in policy.';
}
