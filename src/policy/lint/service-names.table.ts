/** Names of services that people write instead of the right ones, and names that AWS no longer documents. */

/** Prefixes of services that AWS has retired: their actions have no effect, but AWS's own policies still contain some. */
export const retiredServices: ReadonlySet<string> = new Set(
  (
    'alexaforbusiness apn cloudwatchrum codestar deepcomposer deeplens deepracer discovery ec2-reports elastic-inference gamesparks ' +
    'iot1click iotroborunner iotthingsgraph lookoutmetrics macie mobilehub sumerian workmailmessageflow'
  ).split(' '),
);

/** Names of services and command line commands, with the prefix of their actions. */
export const serviceAliases: ReadonlyMap<string, string> = new Map([
  ['alb', 'elasticloadbalancing'],
  ['api-gateway', 'apigateway'],
  ['apigatewayv2', 'apigateway'],
  ['cloudwatch-logs', 'logs'],
  ['cloudwatchlogs', 'logs'],
  ['cognito', 'cognito-idp'],
  ['documentdb', 'rds'],
  ['ec2-autoscaling', 'autoscaling'],
  ['efs', 'elasticfilesystem'],
  ['elasticsearch', 'es'],
  ['elb', 'elasticloadbalancing'],
  ['elbv2', 'elasticloadbalancing'],
  ['emr', 'elasticmapreduce'],
  ['eventbridge', 'events'],
  ['keyspaces', 'cassandra'],
  ['msk', 'kafka'],
  ['mwaa', 'airflow'],
  ['neptune', 'neptune-db'],
  ['opensearchservice', 'es'],
  ['pinpoint', 'mobiletargeting'],
  ['s3control', 's3'],
  ['secrets-manager', 'secretsmanager'],
  ['sfn', 'states'],
  ['step-functions', 'states'],
  ['stepfunctions', 'states'],
  ['systemsmanager', 'ssm'],
]);

/** Operations whose action has another name, in lower case. Source: Service Authorization Reference, list_amazons3 and list_awslambda. */
export const actionAliases: ReadonlyMap<string, string> = new Map([
  ['s3:listbuckets', 's3:ListAllMyBuckets'],
  ['s3:headbucket', 's3:ListBucket'],
  ['s3:listobjects', 's3:ListBucket'],
  ['s3:listobjectsv2', 's3:ListBucket'],
  ['s3:listobjectversions', 's3:ListBucketVersions'],
  ['s3:listmultipartuploads', 's3:ListBucketMultipartUploads'],
  ['s3:listparts', 's3:ListMultipartUploadParts'],
  ['s3:headobject', 's3:GetObject'],
  ['s3:deleteobjects', 's3:DeleteObject'],
  ['s3:uploadpart', 's3:PutObject'],
  ['s3:createmultipartupload', 's3:PutObject'],
  ['s3:completemultipartupload', 's3:PutObject'],
  ['s3:copyobject', 's3:PutObject'],
  ['s3:getbucketencryption', 's3:GetEncryptionConfiguration'],
  ['s3:putbucketencryption', 's3:PutEncryptionConfiguration'],
  ['s3:getbucketlifecycleconfiguration', 's3:GetLifecycleConfiguration'],
  ['s3:putbucketlifecycleconfiguration', 's3:PutLifecycleConfiguration'],
  ['s3:getpublicaccessblock', 's3:GetBucketPublicAccessBlock'],
  ['s3:putpublicaccessblock', 's3:PutBucketPublicAccessBlock'],
  ['lambda:invoke', 'lambda:InvokeFunction'],
]);

/** Actions that the data does not have, in lower case. */
export const otherActions: ReadonlySet<string> = new Set(['ecr:listimagereferrers', 'logs:getlogobject']);

/** Variables and keys that the data does not have, in lower case; `*` stands for a name. Source: the guides of the services. */
export const otherKeys: readonly string[] = [
  'aws:federateduser',
  'bedrock-agentcore:inboundjwtclaim/*',
  'iot:connection.thing.*',
  'iot:certificate.*',
  'iot:clientid',
  'iot:domainname',
  'transfer:homebucket',
  'transfer:homedirectory',
  'transfer:homefolder',
  'transfer:username',
];
