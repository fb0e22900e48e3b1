/** Linter rules for values: those that no request has, and conditions that are true, or false, for requests without the key. */
import type { CompiledCondition } from '../conditions.ts';
import { issuerKey } from '../provider-claims.ts';
import { isBlockAsText, isPrivate, isWideBlock } from './addresses.ts';
import { whyImpossible } from './impossible-values.table.ts';
import {
  conditionRule,
  type FindingDetails,
  isAllow,
  type LintCase,
  type LintRule,
  letsIn,
  moveFix,
} from './lint-case.ts';

/** The condition with another operator, as a fix. */
const withOperator = (one: LintCase, condition: CompiledCondition, spelling: string): Pick<FindingDetails, 'fix'> =>
  moveFix(one, condition, { spelling, key: condition.key }, `Use ${spelling}.`);

/** Whether the statement asks for the key, or another Deny of the policy applies to requests without it. */
const isAbsenceDenied = ({ policy, statement }: LintCase): boolean =>
  policy.statements.some(({ effect, conditions, index }) =>
    conditions.some(({ lowerKey, ifExists, operator, values }) => {
      if (!MFA.test(lowerKey)) return false;
      if (index === statement.index) return operator.family === 'null';
      return effect === 'Deny' && (ifExists || (operator.family === 'null' && values.includes('true')));
    }),
  );

/** Sets that AWS makes and that say who calls: one listed value is enough there. Others are chosen by the caller, value by value. */
const isSetOfCaller = (key: string): boolean =>
  (key.startsWith('aws:') && key !== 'aws:tagkeys') || key.startsWith('saml:') || issuerKey(key) !== undefined;

const MFA = /^aws:multifactorauth(?:present|age)$/;

export const valueRules: readonly LintRule[] = [
  conditionRule('value-never-matches', 'error', (condition, one) => {
    const { operator, values, key, spelling } = condition;
    const block = values.find(value => isBlockAsText(condition, value));
    if (block !== undefined) {
      const better = spelling.replace(operator.name, operator.negated ? 'NotIpAddress' : 'IpAddress');
      const message = `${spelling} compares text, and no address is ${JSON.stringify(block)}: ${better} compares addresses with blocks.`;
      const opens = letsIn(one, condition) && values.some(isWideBlock);
      return opens ? { message } : { message, ...withOperator(one, condition, better) };
    }
    for (const value of values) {
      const why = whyImpossible(value, condition);
      if (why !== undefined) return { message: `${key} is never ${JSON.stringify(value)}: ${why}.` };
    }
    return undefined;
  }),
  conditionRule('bool-counts-as-false', 'warning', ({ operator, values, spelling, key }) => {
    const value = values.find(text => !/^(?:true|false)$/i.test(text) && !text.includes('${'));
    return (operator.family !== 'bool' && operator.family !== 'null') || value === undefined
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
    return ifExists || values.some(value => value.toLowerCase() === 'true') || isAbsenceDenied(one)
      ? undefined
      : {
          message: `${spelling} is false for requests without ${key}, such as those signed with the access keys of a user: this Deny does not apply to them.`,
          ...withOperator(one, condition, `${operator.name}IfExists`),
        };
  }),
  conditionRule('for-all-values-in-deny', 'warning', ({ qualifier, operator, spelling, key, lowerKey }, one) => {
    if (qualifier !== 'ForAllValues' || isAllow(one) || isSetOfCaller(lowerKey)) return undefined;
    const [when, avoids, denies] = operator.negated
      ? ['no value', 'one listed value beside others', 'one is not listed']
      : ['every value', 'one other value beside the listed ones', 'one is listed'];
    return {
      message: `${spelling} is true only if ${when} of ${key} is listed: ${avoids} avoids this Deny. ForAnyValue:${operator.name} denies as soon as ${denies}.`,
    };
  }),
];
