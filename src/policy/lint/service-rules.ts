/** Linter rules for permissions: roles that can be passed, resources that an action is not for, services that act for others. */
import { splitArn } from '../../aws/arn.ts';
import type { CompiledCondition } from '../conditions.ts';
import { hasWildcard, matchWildcard } from '../match.ts';
import {
  fixOf,
  isActionAllowed,
  isAllow,
  isEveryAction,
  type LintCase,
  type LintRule,
  MAX_FINDINGS,
  rule,
  textsAt,
  when,
} from './lint-case.ts';
import { bindsCaller, isNarrow, notOnlyWildcards } from './narrowing.ts';
import { deputies, escalations, sourceKeys } from './permissions.table.ts';

/** Resources of S3 whose ARN has an account: Service Authorization Reference, list_amazons3. */
const withAccount =
  /^(?:accesspoint|accesspointobject|access-grants|[a-z]+-request|job|storage-lens|storage-lens-group|storagelensgroup)\b|^\*/;

/** Whether the ARN of a bucket or object has a part too few or too many: it then names nothing. */
function isWrongBucketArn(text: string): boolean {
  // AWS reads the parts that are missing at the end of an ARN as wildcards (IAM User Guide, reference-arns).
  const last = /^arn:[^:]*:s3(?::[^:]*)?:([^:]*)$/.exec(text)?.[1];
  if (last !== undefined) return /[^*]$|\/\*$/.test(last) && !/^(?:\d{12}|[a-z]{2}(?:-[a-z]+)+-\d)$/.test(last);
  const [, , service, region = '', account = '', resource = ''] = splitArn(text) ?? [];
  const isNamed = (part: string): boolean => part !== '' && !hasWildcard(part);
  return service === 's3' && (isNamed(region) || isNamed(account)) && !withAccount.test(resource);
}

/** Whether an action of S3 is for objects, or for buckets; undefined for others, and for patterns. */
function s3Kind(action: string): 'object' | 'bucket' | undefined {
  const name = /^s3:([A-Za-z]+)$/i.exec(action)?.[1];
  if (name === undefined) return undefined;
  if (/^(?:Get|Put|Delete|Restore|Replicate|BypassGovernance)(?:Object(?!LambdaAccess)|Retention)/i.test(name))
    return 'object';
  if (/^(?:AbortMultipartUpload|ListMultipartUploadParts)$/i.test(name)) return 'object';
  return /^(?:ListBucket|(?:Get|Put|Create|Delete)Bucket)/i.test(name) ? 'bucket' : undefined;
}

const isForObjects = (arn: string): boolean => hasWildcard(arn) || arn.includes('/') || arn.includes('${');
const isForBuckets = (arn: string): boolean => !arn.includes('/') || /[*?$][^/]*$/.test(arn.slice(0, arn.indexOf('/')));

/** The ARN of a bucket or object that was meant by one with a part too few or too many. */
function meantBucketArn(text: string): string | undefined {
  const resource = splitArn(text)?.[5] ?? text.slice(text.lastIndexOf(':') + 1);
  return resource.startsWith('bucket/') ? undefined : `${text.slice(0, text.indexOf(':s3:'))}:s3:::${resource}`;
}

/** Every resource of IAM, and every role. */
const isEveryIam = (text: string): boolean => /^(?:\*|arn:[^:]*:iam:[^:]*:[^:]*:\*)$/.test(text);
const isEveryRole = (text: string): boolean => isEveryIam(text) || /^arn:[^:]*:iam:[^:]*:[^:]*:role\/\*$/.test(text);

/** Whether the statement grants the action on every resource. Other kinds of policies than identity policies only limit. */
const isGranted = ({ policy, statement }: LintCase, isEvery: (text: string) => boolean): boolean =>
  policy.kind === 'identity' &&
  statement.effect === 'Allow' &&
  statement.actions?.element === 'Action' &&
  statement.resources?.element === 'Resource' &&
  statement.resources.written.some(isEvery);

/** Actions of IAM, as written. A pattern for every service is another finding. */
const iamActions = ({ statement }: LintCase): readonly string[] =>
  statement.actions?.written.filter(text => /^iam:/i.test(text)) ?? [];
const isAllOfIam = (action: string): boolean => /^iam:\*+$/i.test(action);

/** Whether the condition says to which services a role is passed. */
const limitsPassing = (one: LintCase): boolean =>
  one.statement.conditions.some(
    condition => condition.lowerKey === 'iam:passedtoservice' && isNarrow(condition, notOnlyWildcards, one),
  );

/** Conditions that say for what the service acts, by other keys than those of the source. */
const otherSourceKeys = /^(?:kms:encryptioncontext|aws:source|lambda:eventsourcetoken)/;

/** Why a condition does not say for whose resources a service acts. */
function sourceWeakness({ operator, ifExists, qualifier }: CompiledCondition): string {
  if (operator.negated) return 'excludes some sources only';
  if (ifExists || qualifier === 'ForAllValues') return 'is also true without the key';
  return operator.family === 'null' ? 'accepts every source' : 'matches resources of every account';
}

export const serviceRules: readonly LintRule[] = [
  rule('resource-never-matches', 'error', one =>
    ['Resource', 'NotResource']
      .flatMap(element => textsAt(one, `${one.path}/${element}`).map(at => [...at, element] as const))
      .filter(([text]) => isWrongBucketArn(text))
      .slice(0, MAX_FINDINGS)
      .map(([text, path, element]) => {
        const message = `No bucket or object has the ARN ${JSON.stringify(text)}: it is arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/KEY, without region and account.`;
        const meant = element === 'Resource' ? meantBucketArn(text) : undefined;
        if (meant === undefined) return { path, message };
        return { path, message, ...fixOf(`Use ${meant}.`, [{ op: 'replace', path, value: meant }]) };
      }),
  ),
  rule('action-not-for-resource', 'warning', one => {
    const arns = textsAt(one, `${one.path}/Resource`).map(([text]) => text);
    const resources = arns.map(text => splitArn(text));
    // Access points have both kinds of actions.
    const isKnown = resources.every(arn => arn?.[2] === 's3' && !withAccount.test(arn[5]));
    if (resources.length === 0 || !isKnown) return [];
    return textsAt(one, `${one.path}/Action`)
      .flatMap(([action, path]) => {
        const kind = s3Kind(action);
        if (kind === undefined || arns.some(kind === 'object' ? isForObjects : isForBuckets)) return [];
        const wanted = kind === 'object' ? 'objects (arn:aws:s3:::BUCKET/*)' : 'buckets (arn:aws:s3:::BUCKET)';
        return [{ path, message: `${action} is for ${wanted}, and no Resource of the statement is one.` }];
      })
      .slice(0, MAX_FINDINGS);
  }),
  rule('passes-every-role', 'warning', one => {
    const passes = iamActions(one).some(text => !isAllOfIam(text) && matchWildcard(text.toLowerCase(), 'iam:passrole'));
    return when(
      passes && isGranted(one, isEveryRole) && !limitsPassing(one),
      one.path,
      'The statement lets the caller pass every role to every service, and with it the permissions of every role. Name the roles in Resource, and the service in iam:PassedToService.',
    );
  }),
  rule('changes-every-permission', 'warning', one => {
    if (!isGranted(one, isEveryIam)) return [];
    const actions = iamActions(one);
    if (actions.some(isAllOfIam)) {
      const message =
        'The statement lets the caller change every user, role and policy: it can give itself every permission.';
      return [{ path: one.path, message }];
    }
    const found = actions.find(text => escalations.some(action => matchWildcard(text.toLowerCase(), action)));
    return when(
      found !== undefined && one.statement.conditions.length === 0,
      one.path,
      `${found} on every resource lets the caller give itself permissions that it does not have. Name the resources, or add a condition such as StringEquals iam:PermissionsBoundary.`,
    );
  }),
  rule('allow-in-rcp', 'error', one => {
    const { conditions, principals, resources } = one.statement;
    const isAll = isEveryAction(one) && resources?.all === true && principals?.star === true;
    const isManaged = isAll && conditions.length === 0;
    return when(
      one.policy.kind === 'rcp' && isAllow(one) && !isManaged,
      `${one.path}/Effect`,
      'Your resource control policies can only deny: the managed RCPFullAWSAccess alone has an Allow. Write Deny, with a condition that excepts those who may.',
    );
  }),
  rule('every-source', 'warning', one => {
    const { principals, conditions } = one.statement;
    const first = conditions.find(({ lowerKey }) => sourceKeys.has(lowerKey));
    if (!isAllow(one) || principals === undefined || principals.services.size === 0 || first === undefined) return [];
    if (bindsCaller(one) || (one.policy.kind === 'trust' && !isActionAllowed(one, 'sts:assumerole'))) return [];
    const message = `${first.spelling} ${first.key} ${sourceWeakness(first)}: somebody else can have the service act for theirs. Write the account number in aws:SourceArn, or add StringEquals aws:SourceAccount.`;
    return [{ path: `${one.path}/Condition`, message }];
  }),
  rule('missing-source', 'info', one => {
    const { principals, conditions } = one.statement;
    if (one.policy.kind !== 'resource' || !isAllow(one) || principals?.element !== 'Principal') return [];
    const deputy = [...principals.services].find(name => deputies.has(name));
    const isLimited = bindsCaller(one) || conditions.some(({ lowerKey }) => otherSourceKeys.test(lowerKey));
    return when(
      deputy !== undefined && !isLimited,
      `${one.path}/Condition`,
      `No condition says for whose resources ${deputy} acts: it does for those of every account. Add ArnLike aws:SourceArn, or StringEquals aws:SourceAccount with the number of your account.`,
    );
  }),
];
