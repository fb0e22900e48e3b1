/** What is known of CloudFormation's resource types: which names and ARNs their references become. */

/** Types that make roles of their own, which the template does not show. */
export const WITH_ROLES = new Map([
  ['AWS::Serverless::Function', 'the role that SAM makes for a function is not read'],
  ['AWS::Serverless::StateMachine', 'the role that SAM makes for a state machine is not read'],
]);

/** Which property has the name. */
export const NAMES = new Map([
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::InstanceProfile', 'InstanceProfileName'],
  ['AWS::IAM::SAMLProvider', 'Name'],
]);

/** The word for a type in its ARNs. */
export const NOUNS = new Map([
  ['AWS::IAM::Role', 'role'],
  ['AWS::IAM::User', 'user'],
  ['AWS::IAM::Group', 'group'],
  ['AWS::IAM::ManagedPolicy', 'policy'],
  ['AWS::IAM::InstanceProfile', 'instance-profile'],
  ['AWS::IAM::SAMLProvider', 'saml-provider'],
]);

/** Types whose Ref is their ARN: ours first, then those that policies name most. */
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

/** `arn:aws:s3:::Bucket` for a resource whose real ARN only a deployment gives. */
export const foreignArn = (logical: string, type: string): string =>
  `arn:aws:${(type.split('::')[1] ?? 'unknown').toLowerCase()}:::${logical}`;
