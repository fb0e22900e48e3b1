/**
 * Service principals that are no prefix of actions: names before `.amazonaws.com`. AWS publishes no list. Sources: the pages of the
 * services about their roles and service-linked roles, and recorded service-linked roles.
 */

const words = (...lines: readonly string[]): readonly string[] => lines.join(' ').split(' ');

/** Principals of one service, before the name of another. */
const under = (service: string, names: string): readonly string[] => words(names).map(name => `${name}.${service}`);

export const servicePrincipals: readonly string[] = [
  ...words(
    'airflow-env alexa-appkit alexa-connectedhome application-insights aws-artifact-account-sync awsidentitycenter billingreports',
    'cloudhsmv2 cloudwatch-crossaccount config-conforms config-multiaccountsetup costalerts deepcomposer deeplens deepracer',
    'dms-data-migrations dms-fleet-advisor docdb ec2fleet ec2scheduled ecs-tasks edgelambda eks-connector eks-fargate eks-fargate-pods',
    'eks-nodegroup elastic-inference emrwal iot1click ipam jellyfish lexv2 license-management.marketplace macie managedservices metering-marketplace',
    'migrationhub monitoring mwaa neptune opensearchservice osis-pipelines pinpoint queryresultsstream resources route53-recovery servicecatalog-appregistry',
    'spot spotfleet sumerian tagpolicies.tag transitgateway vmie vpc-flow-logs',
  ),
  ...under('alarms.cloudwatch', 'lambda aiops ssm ssm-incidents'),
  ...under('aoss', 'observability'),
  ...under('apigateway', 'ops'),
  ...under(
    'application-autoscaling',
    'appstream cassandra comprehend custom-resource dynamodb ec2 ecs elasticache elasticmapreduce kafka lambda neptune rds sagemaker workspaces',
  ),
  ...under('apprunner', 'build networking tasks'),
  ...under('aps', 'ingestion'),
  ...under('backup', 'reports restore-testing'),
  ...under('cassandra', 'replication'),
  ...under('chatbot', 'management'),
  ...under('chime', 'mediapipelines messaging voiceconnector transcription.streaming'),
  ...under('cloudformation', 'hooks member.org.stacksets resources stacksets'),
  ...under('cloudfront', 'logger vpcorigin'),
  ...under('cloudtrail', 'context'),
  ...under('cloudwatch', 'application-signals streams.metrics'),
  ...under('codeconnections', 'repository.sync'),
  ...under('cognito-idp', 'email'),
  ...under('datazone', 'auth'),
  ...under('deadline', 'credentials'),
  ...under('discovery', 'continuousexport'),
  ...under('dynamodb', 'contributorinsights kinesisreplication replication'),
  ...under('ecr', 'pullthroughcache replication templates'),
  ...under('eks', 'pods'),
  ...under('elasticbeanstalk', 'maintenance managedupdates'),
  ...under('elasticloadbalancing', 'logdelivery'),
  ...under('emr-serverless', 'ops'),
  ...under('events', 'apidestinations'),
  ...under('fsx', 's3.data-source.lustre'),
  ...under('guardduty', 'malware-protection malware-protection-plan'),
  ...under('inspector2', 'agentless'),
  ...under('iot', 'credentials'),
  ...under('kms', 'cks mrk'),
  ...under('lambda', 'replicator'),
  ...under('lex', 'channels'),
  ...under('lexv2', 'channels'),
  ...under('license-manager', 'master-account member-account'),
  ...under('logs', 'delivery'),
  ...under('migrationhub', 'dmsintegration smsintegration'),
  ...under('monitron', 'core'),
  ...under('networkinsights', 'reachabilityanalyzer'),
  ...under('proton', 'sync'),
  ...under('rds', 'export monitoring'),
  ...under('s3', 'access-grants batchoperations logging metadata storage-lens'),
  ...under('s3tables', 'maintenance replication'),
  ...under('securitylake', 'resource-management'),
  ...under('ssm', 'accountdiscovery opsdatasync opsinsights'),
  ...under('trustedadvisor', 'reporting'),
];
