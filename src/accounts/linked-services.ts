/** Service-linked roles: role names by service, and the services that allow a suffix. */

const PREFIX = 'AWSServiceRoleFor';

/** Role names that do not follow from the service name. Source: the user guides of the services. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['access-analyzer', 'AccessAnalyzer'],
  ['autoscaling', 'AutoScaling'],
  ['autoscaling-plans', 'AutoScalingPlans_EC2AutoScaling'],
  ['cloudtrail', 'CloudTrail'],
  ['cks.kms', 'KeyManagementServiceCustomKeyStores'],
  ['connect', 'AmazonConnect'],
  ['custom-resource.application-autoscaling', 'ApplicationAutoScaling_CustomResource'],
  ['dynamodb.application-autoscaling', 'ApplicationAutoScaling_DynamoDBTable'],
  ['ec2.application-autoscaling', 'ApplicationAutoScaling_EC2SpotFleetRequest'],
  ['ecs', 'ECS'],
  ['ecs.application-autoscaling', 'ApplicationAutoScaling_ECSService'],
  ['eks', 'AmazonEKS'],
  ['eks-fargate', 'AmazonEKSForFargate'],
  ['eks-nodegroup', 'AmazonEKSNodegroup'],
  ['elasticache', 'ElastiCache'],
  ['elasticbeanstalk', 'ElasticBeanstalk'],
  ['elasticfilesystem', 'AmazonElasticFileSystem'],
  ['elasticloadbalancing', 'ElasticLoadBalancing'],
  ['email.cognito-idp', 'AmazonCognitoIdpEmailService'],
  ['es', 'AmazonElasticsearchService'],
  ['fsx', 'AmazonFSx'],
  ['grafana', 'AmazonGrafana'],
  ['guardduty', 'AmazonGuardDuty'],
  ['inspector2', 'AmazonInspector2'],
  ['lambda.application-autoscaling', 'ApplicationAutoScaling_LambdaConcurrency'],
  ['macie', 'AmazonMacie'],
  ['opensearchservice', 'AmazonOpenSearchService'],
  ['ops.apigateway', 'APIGateway'],
  ['organizations', 'Organizations'],
  ['rds', 'RDS'],
  ['rds.application-autoscaling', 'ApplicationAutoScaling_RDSCluster'],
  ['replication.dynamodb', 'DynamoDBReplication'],
  ['replicator.lambda', 'LambdaReplicator'],
  ['sagemaker.application-autoscaling', 'ApplicationAutoScaling_SageMakerEndpoint'],
  ['securityhub', 'SecurityHub'],
  ['spot', 'EC2Spot'],
  ['spotfleet', 'EC2SpotFleet'],
  ['ssm', 'AmazonSSM'],
  ['sso', 'SSO'],
  ['transitgateway', 'VPCTransitGateway'],
  ['trustedadvisor', 'TrustedAdvisor'],
]);

/** Services that allow several roles in one account, distinguished by a suffix. */
const WITH_SUFFIX: ReadonlySet<string> = new Set(['autoscaling', 'connect', 'lexv2']);

const SERVICE = /^([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.amazonaws\.com$/;

interface LinkedService {
  readonly roleName: string;
  readonly takesSuffix: boolean;
}

/** Reads a service principal such as `ecs.amazonaws.com`; undefined when the text has another form. */
export function linkedService(principal: string): LinkedService | undefined {
  const service = SERVICE.exec(principal)?.[1];
  if (service === undefined) return undefined;
  return { roleName: PREFIX + (NAMES.get(service) ?? capitalized(service)), takesSuffix: WITH_SUFFIX.has(service) };
}

const capitalized = (service: string): string =>
  service
    .split(/[.-]/)
    .map(label => label.slice(0, 1).toUpperCase() + label.slice(1))
    .join('');
