/** CloudFormation resource types: the names and ARNs that references to them resolve to. */

/** Types that create roles which are not in the template. */
export const ROLE_CREATING_TYPES = new Map([
  ['AWS::Serverless::Function', 'the role that SAM creates for a function is not imported'],
  ['AWS::Serverless::StateMachine', 'the role that SAM creates for a state machine is not imported'],
]);

/** The property that contains the name, by type. */
export const NAME_PROPERTIES = new Map([
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::InstanceProfile', 'InstanceProfileName'],
  ['AWS::IAM::SAMLProvider', 'Name'],
]);

/** The resource type in ARNs, by CloudFormation type. */
export const ARN_RESOURCE_TYPES = new Map([
  ['AWS::IAM::Role', 'role'],
  ['AWS::IAM::User', 'user'],
  ['AWS::IAM::Group', 'group'],
  ['AWS::IAM::ManagedPolicy', 'policy'],
  ['AWS::IAM::InstanceProfile', 'instance-profile'],
  ['AWS::IAM::SAMLProvider', 'saml-provider'],
]);

/** Types whose Ref returns the ARN: IAM types first, then types that policies often name. */
export const ARN_BY_REF = new Set([
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::OIDCProvider',
  'AWS::IAM::SAMLProvider',
  'AWS::CertificateManager::Certificate',
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::StepFunctions::StateMachine',
  'AWS::Serverless::StateMachine',
]);

/** A placeholder such as `arn:aws:s3:::Bucket` for a resource whose ARN is only known after deployment. */
export const placeholderArn = (logical: string, type: string): string =>
  `arn:aws:${(type.split('::')[1] ?? 'unknown').toLowerCase()}:::${logical}`;
