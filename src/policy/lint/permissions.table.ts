/** Actions and services with which somebody gets more permissions than were meant, and the keys that limit them. */

/** Actions with which a caller gives itself permissions, in lower case. */
export const escalations: readonly string[] = (
  'iam:addusertogroup iam:attachgrouppolicy iam:attachrolepolicy iam:attachuserpolicy iam:createpolicyversion ' +
  'iam:putgrouppolicy iam:putrolepolicy iam:putuserpolicy iam:updateassumerolepolicy'
).split(' ');

/** Keys that say for whose resources a service acts. */
export const sourceKeys: ReadonlySet<string> = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
]);

/**
 * Services that act for resources of every account in policies of resources, and whose guides ask for a condition on the source. In trust
 * policies it matters less: a role is passed within its account.
 */
export const deputies: ReadonlySet<string> = new Set(
  (
    'apigateway bcm-data-exports billingreports budgets cloudfront cloudtrail cloudwatch cognito-idp config costalerts events guardduty ' +
    'iot lambda.alarms.cloudwatch logging.s3 macie s3 ses sns'
  )
    .split(' ')
    .map(name => `${name}.amazonaws.com`),
);
