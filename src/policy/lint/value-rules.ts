/** Linter rules for values: those that no request has, and conditions that are true, or false, for requests without the key. */
import { splitArn } from '../../aws/arn.ts';
import type { CompiledCondition } from '../conditions.ts';
import { contextKey } from '../context-keys.ts';
import { moveCondition } from '../explain/near-edits.ts';
import { isPossibleValue } from '../fixed-values.table.ts';
import { hasWildcard } from '../match.ts';
import { isInBlock, parseBlock } from '../values.ts';
import { conditionRule, type FindingDetails, isAllow, type LintCase, type LintRule } from './lint-case.ts';

/** The condition with another operator, as a fix. */
function withOperator(one: LintCase, condition: CompiledCondition, spelling: string): Pick<FindingDetails, 'fix'> {
  const to = { spelling, key: condition.key };
  const patch = moveCondition(one.policy.document, `${one.path}/Condition`, condition, to);
  return patch === undefined ? {} : { fix: { sentence: `Use ${spelling}.`, patch } };
}

/** What a value that no request has is, and why; undefined for a possible value. */
type Impossible = (value: string, condition: CompiledCondition) => string | undefined;

const impossible: readonly Impossible[] = [
  (value, { lowerKey }) =>
    lowerKey === 'aws:principalarn' && splitArn(value)?.[2] === 'sts' && value.includes(':assumed-role/')
      ? 'it is the ARN of a session, and the value is the ARN of the role (arn:…:iam::ACCOUNT:role/PATH/NAME)'
      : undefined,
  (value, { lowerKey }) =>
    lowerKey === 'aws:principalarn' && /:role\/AWSReservedSSO_/.test(value)
      ? 'roles of IAM Identity Center have a path (role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_…)'
      : undefined,
  (value, { key }) =>
    !hasWildcard(value) && !value.includes('${') && isPossibleValue(key, value) === false
      ? 'the key has a few fixed values only'
      : undefined,
];

/** Blocks of addresses from which no call reaches AWS's public endpoints (RFC 1918, 6598, 1122, 3927, 4193). */
const privateBlocks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
]
  .map(parseBlock)
  .filter(block => block !== undefined);

const isPrivate = (value: string): boolean => {
  const block = parseBlock(value);
  return block !== undefined && privateBlocks.some(outer => block.bits >= outer.bits && isInBlock(outer, block.bytes));
};

const MFA = /^aws:multifactorauth(?:present|age)$/;

/** Whether a statement of the policy asks whether the key is present. */
const requiresMfaKey = ({ policy }: LintCase): boolean =>
  policy.statements.some(({ conditions }) =>
    conditions.some(({ operator, lowerKey }) => operator.family === 'null' && MFA.test(lowerKey)),
  );

export const valueRules: readonly LintRule[] = [
  conditionRule('value-never-matches', 'error', (condition, one) => {
    const { operator, values, key, spelling } = condition;
    if (operator.family === 'string' && contextKey(key)?.type === 'IP address') {
      const block = values.find(value => value.includes('/') && parseBlock(value) !== undefined);
      if (block === undefined) return undefined;
      const better = spelling.replace(operator.name, operator.negated ? 'NotIpAddress' : 'IpAddress');
      const message = `${spelling} compares text, and no address is ${JSON.stringify(block)}: ${better} compares addresses with blocks.`;
      return { message, ...withOperator(one, condition, better) };
    }
    for (const value of values) {
      const why = impossible.map(test => test(value, condition)).find(text => text !== undefined);
      if (why !== undefined) return { message: `${key} is never ${JSON.stringify(value)}: ${why}.` };
    }
    return undefined;
  }),
  conditionRule('bool-counts-as-false', 'warning', ({ operator, values, spelling, key }) => {
    const value = values.find(text => !/^(?:true|false)$/i.test(text) && !text.includes('${'));
    return operator.family !== 'bool' || value === undefined
      ? undefined
      : { message: `${spelling} ${key} ${JSON.stringify(value)} means "false": every value but "true" does.` };
  }),
  conditionRule('private-address', 'warning', ({ lowerKey, values, key }) =>
    lowerKey === 'aws:sourceip' && values.length > 0 && values.every(isPrivate)
      ? {
          message: `${key} is the public address of a call, never ${JSON.stringify(values[0])}. For calls through a VPC endpoint, aws:VpcSourceIp has the address inside the VPC.`,
        }
      : undefined,
  ),
  conditionRule('mfa-without-key', 'warning', (condition, one) => {
    const { lowerKey, key, spelling, operator, ifExists, qualifier, values } = condition;
    if (!MFA.test(lowerKey) || qualifier !== null || operator.family === 'null') return undefined;
    if (isAllow(one))
      return ifExists && values.some(value => value.toLowerCase() !== 'false')
        ? {
            message: `${spelling} is also true for requests without ${key}: those signed with the access keys of a user, which use no MFA.`,
            ...withOperator(one, condition, operator.name),
          }
        : undefined;
    return ifExists || values.some(value => value.toLowerCase() === 'true') || requiresMfaKey(one)
      ? undefined
      : {
          message: `${spelling} is false for requests without ${key}, such as those signed with the access keys of a user: this Deny does not apply to them.`,
          ...withOperator(one, condition, `${operator.name}IfExists`),
        };
  }),
  conditionRule('for-all-values-in-deny', 'warning', ({ qualifier, operator, spelling, key }, one) =>
    qualifier === 'ForAllValues' && operator.negated && !isAllow(one)
      ? {
          message: `${spelling} is true only if no value of ${key} is listed: one listed value beside others avoids this Deny. ForAnyValue:${operator.name} denies as soon as one is not listed.`,
        }
      : undefined,
  ),
];
