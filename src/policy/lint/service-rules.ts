/** Linter rules for permissions: roles that can be passed, resources that an action is not for, services that act for others. */
import { splitArn } from '../../aws/arn.ts';
import { hasWildcard } from '../match.ts';
import { isActionAllowed, isAllow, type LintCase, type LintRule, MAX_FINDINGS, rule, textsAt } from './lint-case.ts';
import { bindsCaller } from './narrowing.ts';

/** Resources of S3 whose ARN has an account: Service Authorization Reference, list_amazons3. */
const withAccount =
  /^(?:accesspoint|accesspointobject|access-grants|[a-z]+-request|job|storage-lens|storage-lens-group|storagelensgroup)\b|^\*/;

/** Whether the ARN of a bucket or object has a part too few or too many: it then names nothing. */
function isWrongBucketArn(text: string): boolean {
  if (/^arn:[^:]*:s3:[^:]*:[^:]*$/.test(text)) return /[^:*]$|\/\*$/.test(text);
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
const isForBuckets = (arn: string): boolean =>
  !arn.includes('/') || /:accesspoint\/[^/]+$/.test(arn) || /[*?$][^/]*$/.test(arn.slice(0, arn.indexOf('/')));

/** The caller may pass every role, or change every permission, its own among them. */
const isEveryResource = ({ statement }: LintCase): boolean => statement.resources?.all === true;
const hasAction = ({ statement }: LintCase, ...names: readonly string[]): boolean =>
  statement.actions?.element === 'Action' && statement.actions.written.some(text => names.includes(text.toLowerCase()));

const sourceKeys: ReadonlySet<string> = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
]);

export const serviceRules: readonly LintRule[] = [
  rule('resource-never-matches', 'error', one =>
    ['Resource', 'NotResource']
      .flatMap(element => textsAt(one, `${one.path}/${element}`))
      .filter(([text]) => isWrongBucketArn(text))
      .slice(0, MAX_FINDINGS)
      .map(([text, path]) => ({
        path,
        message: `No bucket or object has the ARN ${JSON.stringify(text)}: it is arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/KEY, without region and account.`,
      })),
  ),
  rule('action-not-for-resource', 'warning', one => {
    const resources = textsAt(one, `${one.path}/Resource`).map(([text]) => text);
    if (!isAllow(one) || resources.length === 0 || !resources.every(text => splitArn(text)?.[2] === 's3')) return [];
    return textsAt(one, `${one.path}/Action`)
      .flatMap(([action, path]) => {
        const kind = s3Kind(action);
        if (kind === undefined || resources.some(kind === 'object' ? isForObjects : isForBuckets)) return [];
        const wanted = kind === 'object' ? 'objects (arn:aws:s3:::BUCKET/*)' : 'buckets (arn:aws:s3:::BUCKET)';
        return [{ path, message: `${action} is for ${wanted}, and no Resource of the statement is one.` }];
      })
      .slice(0, MAX_FINDINGS);
  }),
  rule('passes-every-role', 'warning', one =>
    isAllow(one) &&
    isEveryResource(one) &&
    hasAction(one, 'iam:passrole') &&
    !one.statement.conditions.some(({ lowerKey }) => lowerKey === 'iam:passedtoservice')
      ? [
          {
            path: one.path,
            message:
              'The statement lets the caller pass every role to every service, and with it the permissions of every role. Name the roles in Resource, and the service in iam:PassedToService.',
          },
        ]
      : [],
  ),
  rule('changes-every-permission', 'warning', one =>
    isAllow(one) && isEveryResource(one) && one.statement.actions?.all !== true && hasAction(one, 'iam:*')
      ? [
          {
            path: one.path,
            message:
              'The statement lets the caller change every user, role and policy: it can give itself every permission.',
          },
        ]
      : [],
  ),
  rule('allow-in-rcp', 'error', one => {
    const { actions, resources } = one.statement;
    // The managed RCPFullAWSAccess is the one policy with an Allow.
    if (one.policy.kind !== 'rcp' || !isAllow(one) || (actions?.all === true && resources?.all === true)) return [];
    return [
      {
        path: `${one.path}/Effect`,
        message: 'A resource control policy can only deny: write Deny, with a condition that excepts those who may.',
      },
    ];
  }),
  rule('every-source', 'warning', one => {
    const { principals, conditions } = one.statement;
    const sources = conditions.filter(({ lowerKey }) => sourceKeys.has(lowerKey));
    const [first] = sources;
    if (!isAllow(one) || principals === undefined || principals.services.size === 0 || first === undefined) return [];
    if (bindsCaller(one) || (one.policy.kind === 'trust' && !isActionAllowed(one, 'sts:assumerole'))) return [];
    return [
      {
        path: `${one.path}/Condition`,
        message: `The condition on ${first.key} matches resources of every account: somebody else can have the service act for theirs. Write the account number in aws:SourceArn, or add StringEquals aws:SourceAccount.`,
      },
    ];
  }),
];
