/**
 * Policies as guides print them, with the page they come from, or as people write them in practice, and the warnings that lint is expected
 * to have. None has an error.
 * Account numbers and names are those of the guides, or examples.
 */
import type { PolicyKind } from '../../../src/policy/index.ts';

export interface TypicalPolicy {
  readonly source: string;
  readonly kind: PolicyKind;
  readonly document: object;
  /** Codes of the expected warnings and notes; none is an error. */
  readonly codes?: readonly string[];
}

const of =
  (kind: PolicyKind) =>
  (source: string, statement: object | readonly object[], ...codes: readonly string[]) => ({
    source,
    kind,
    document: { Version: '2012-10-17', Statement: statement },
    codes,
  });
const [trust, identity, resource, scp, boundary, session, rcp] = (
  ['trust', 'identity', 'resource', 'scp', 'boundary', 'session', 'rcp'] as const
).map(of) as [
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
  ReturnType<typeof of>,
];

const oidc = (issuer: string, Condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const builtIn = (issuer: string, Condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: issuer },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const service = (Service: string | readonly string[], more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Service },
  Action: 'sts:AssumeRole',
  ...more,
});

const github = 'token.actions.githubusercontent.com';
const eks = 'oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const circle = 'oidc.circleci.com/org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a';
const bitbucket = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

const trustPolicies: readonly TypicalPolicy[] = [
  trust('IAM User Guide, service role for EC2', service('ec2.amazonaws.com')),
  trust('IAM User Guide, service principals in China', service('ec2.amazonaws.com.cn')),
  trust('AWS Lambda guide, execution role', service('lambda.amazonaws.com')),
  trust('CloudFront guide, Lambda@Edge execution role', service(['lambda.amazonaws.com', 'edgelambda.amazonaws.com'])),
  trust(
    'ECS guide, task role with confused deputy prevention',
    service('ecs-tasks.amazonaws.com', {
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:us-west-2:111122223333:*' },
        StringEquals: { 'aws:SourceAccount': '111122223333' },
      },
    }),
  ),
  trust(
    'EKS guide, Pod Identity role',
    service('pods.eks.amazonaws.com', { Action: ['sts:AssumeRole', 'sts:TagSession'] }),
  ),
  trust('CloudWatch Logs guide, role of a subscription in a region', service('logs.eu-west-1.amazonaws.com')),
  trust('VPC guide, role for flow logs', service('vpc-flow-logs.amazonaws.com')),
  trust('RDS guide, role for enhanced monitoring', service('monitoring.rds.amazonaws.com')),
  trust('API Gateway guide, role for CloudWatch logs', service('apigateway.amazonaws.com')),
  trust('EventBridge Scheduler guide, execution role', service('scheduler.amazonaws.com')),
  trust(
    'IAM Roles Anywhere guide, role trust policy',
    service('rolesanywhere.amazonaws.com', {
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'worker' },
        ArnEquals: { 'aws:SourceArn': 'arn:aws:rolesanywhere:us-east-1:111122223333:trust-anchor/TA_ID' },
      },
    }),
  ),
  trust('Systems Manager guide, role for hybrid nodes', service('ssm.amazonaws.com')),
  trust('IAM User Guide, a third party with an external ID', {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::444455556666:root' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': '12345' } },
  }),
  trust(
    'IAM User Guide, delegation to another account with MFA',
    {
      Effect: 'Allow',
      Principal: { AWS: '111122223333' },
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
    'account-without-external-id',
  ),
  trust('IAM User Guide, a role of another account', {
    Effect: 'Allow',
    Principal: { AWS: ['arn:aws:iam::111122223333:role/ci', 'arn:aws:iam::111122223333:user/ada'] },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }),
  trust('IAM User Guide, principals of an organization', {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' } },
  }),
  trust('Identity Center guide, a permission set in any account of the organization', {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*' },
    },
  }),
  trust('IAM User Guide, SAML federation for the console', {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/ExampleOrgSSOProvider' },
    Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
    Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
  }),
  trust(
    'configure-aws-credentials README, a branch',
    oidc(github, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main',
      },
    }),
    'subject-without-ids',
  ),
  trust(
    'GitHub docs, configuring OpenID Connect in AWS, an environment',
    oidc(github, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:sub`]: 'repo:octo-org/octo-repo:environment:prod',
      },
    }),
    'subject-without-ids',
  ),
  trust(
    'IAM User Guide, role for GitHub, every branch of a repository',
    oidc(github, {
      StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${github}:sub`]: 'repo:GitHubOrg/GitHubRepo:*' },
    }),
    'open-to-pull-requests',
    'subject-without-ids',
  ),
  trust(
    'GitHub changelog of 23 April 2026, immutable subjects',
    oidc(github, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:sub`]: 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
      },
    }),
  ),
  trust(
    'GitHub docs, a reusable workflow in a customized subject',
    oidc(github, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:sub`]:
          'repository_owner_id:1:job_workflow_ref:octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main',
      },
    }),
  ),
  trust(
    'GitHub docs, customized subject with repository and workflow',
    oidc(github, {
      StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' },
      StringLike: {
        [`${github}:sub`]:
          'repo:octo-org/octo-repo:environment:prod:job_workflow_ref:octo-org/a/.github/workflows/w.yml@refs/heads/main',
      },
    }),
    'subject-without-ids',
  ),
  trust(
    'AWS blog of January 2026, GitHub claims as condition keys',
    oidc(github, {
      StringEquals: {
        [`${github}:aud`]: 'sts.amazonaws.com',
        [`${github}:repository_id`]: '74',
        [`${github}:ref`]: 'refs/heads/main',
      },
      StringLike: { [`${github}:sub`]: 'repo:octo-org/octo-repo:*' },
    }),
  ),
  trust(
    'GitHub Enterprise Cloud with data residency',
    oidc('token.actions.octo.ghe.com', {
      StringEquals: {
        'token.actions.octo.ghe.com:aud': 'sts.amazonaws.com',
        'token.actions.octo.ghe.com:sub': 'repo:octo-org/octo-repo:ref:refs/heads/main',
      },
    }),
    'subject-without-ids',
  ),
  trust(
    'GitLab docs, retrieve temporary credentials, projects of a group',
    oidc('gitlab.com', {
      StringLike: { 'gitlab.com:sub': 'project_path:mygroup/*:ref_type:branch:ref:main' },
      StringEquals: { 'gitlab.com:aud': 'https://gitlab.com' },
    }),
  ),
  trust(
    'GitLab docs, a self-managed instance',
    oidc('gitlab.example.com', {
      StringEquals: {
        'gitlab.example.com:sub': 'project_path:mygroup/myproject:ref_type:branch:ref:main',
        'gitlab.example.com:aud': 'https://gitlab.example.com',
      },
    }),
  ),
  trust(
    'HashiCorp docs, dynamic credentials with AWS',
    oidc('app.terraform.io', {
      StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
      StringLike: { 'app.terraform.io:sub': 'organization:my-org:project:my-project:workspace:my-ws:run_phase:*' },
    }),
  ),
  trust(
    'HashiCorp docs, authenticate a Stack',
    oidc('app.terraform.io', {
      StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
      StringLike: {
        'app.terraform.io:sub': 'organization:my-org:project:my-project:stack:base:deployment:*:operation:*',
      },
    }),
  ),
  trust(
    'HashiCorp docs, every project of the organization',
    oidc('app.terraform.io', {
      StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
      StringLike: { 'app.terraform.io:sub': 'organization:my-org:*' },
    }),
  ),
  trust(
    'Buildkite docs, OIDC with AWS',
    oidc('agent.buildkite.com', {
      StringEquals: { 'agent.buildkite.com:aud': 'sts.amazonaws.com' },
      StringLike: {
        'agent.buildkite.com:sub':
          'organization:example-org:pipeline:example-pipeline:ref:refs/heads/main:commit:*:step:*',
      },
      IpAddress: { 'aws:SourceIp': ['192.0.2.0', '198.51.100.0'] },
    }),
  ),
  trust(
    'Buildkite docs, the slug of the organization',
    oidc('agent.buildkite.com', {
      StringEquals: { 'agent.buildkite.com:aud': 'sts.amazonaws.com', 'agent.buildkite.com:organization_slug': 'acme' },
      StringLike: { 'agent.buildkite.com:sub': 'organization:acme:pipeline:*' },
    }),
  ),
  trust(
    'CircleCI docs, OIDC tokens with AWS, one project',
    oidc(circle, {
      StringEquals: { [`${circle}:aud`]: '3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a' },
      StringLike: { [`${circle}:sub`]: 'org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a/project/7d1c/user/*' },
    }),
  ),
  trust(
    'Bitbucket docs, deploy on AWS using OIDC',
    oidc(bitbucket, {
      StringLike: { [`${bitbucket}:sub`]: '{7b0c3c5e}:{1d2c}:*' },
      StringEquals: { [`${bitbucket}:aud`]: 'ari:cloud:bitbucket::workspace/6f5c1d2e' },
    }),
  ),
  trust(
    'Vercel docs, OIDC with AWS',
    oidc('oidc.vercel.com/acme', {
      StringEquals: {
        'oidc.vercel.com/acme:sub': 'owner:acme:project:site:environment:production',
        'oidc.vercel.com/acme:aud': 'https://vercel.com/acme',
      },
    }),
  ),
  trust(
    'Vercel docs, several environments of the project',
    oidc('oidc.vercel.com/acme', {
      StringEquals: { 'oidc.vercel.com/acme:aud': 'https://vercel.com/acme' },
      StringLike: {
        'oidc.vercel.com/acme:sub': [
          'owner:acme:project:*:environment:preview',
          'owner:acme:project:*:environment:production',
        ],
      },
    }),
  ),
  trust(
    'Spacelift docs, OIDC with AWS',
    oidc('demo.app.spacelift.io', {
      StringEquals: { 'demo.app.spacelift.io:aud': 'demo.app.spacelift.io' },
      StringLike: { 'demo.app.spacelift.io:sub': 'space:legacy:stack:*:run_type:*:scope:*' },
    }),
  ),
  trust(
    'EKS guide, IAM roles for service accounts',
    oidc(eks, {
      StringEquals: {
        [`${eks}:aud`]: 'sts.amazonaws.com',
        [`${eks}:sub`]: 'system:serviceaccount:default:my-service-account',
      },
    }),
  ),
  trust(
    'EKS guide, all service accounts of a namespace',
    oidc(eks, {
      StringLike: { [`${eks}:sub`]: 'system:serviceaccount:my-namespace:*', [`${eks}:aud`]: 'sts.amazonaws.com' },
    }),
  ),
  trust(
    'Cognito guide, authenticated role',
    builtIn('cognito-identity.amazonaws.com', {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-dcba-dcba-dcba-123456789012' },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
    }),
  ),
  trust(
    'Cognito guide, unauthenticated role',
    builtIn('cognito-identity.amazonaws.com', {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-dcba-dcba-dcba-123456789012' },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' },
    }),
    'unauthenticated-identities',
  ),
  trust(
    'IAM User Guide, role for web identity, Login with Amazon',
    builtIn('www.amazon.com', { StringEquals: { 'www.amazon.com:app_id': 'amzn1.application-oa2-123456' } }),
  ),
  trust(
    'IAM User Guide, role for web identity, Facebook',
    builtIn('graph.facebook.com', { StringEquals: { 'graph.facebook.com:app_id': '111222333444555' } }),
  ),
  trust(
    'IAM User Guide, role for web identity, Google',
    builtIn('accounts.google.com', { StringEquals: { 'accounts.google.com:aud': '66677788899900pro0' } }),
  ),
  trust(
    'IAM User Guide, an OIDC provider of a company',
    oidc('login.example.com/oauth2/default', {
      StringEquals: {
        'login.example.com/oauth2/default:aud': 'my-application-id',
        'login.example.com/oauth2/default:sub': 'ada',
      },
    }),
  ),
  trust(
    'IAM User Guide, session tags and a source identity',
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:user/test-session-tags' },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringLike: {
          'aws:RequestTag/Project': '*',
          'aws:RequestTag/CostCenter': '*',
          'sts:RoleSessionName': '${aws:username}',
        },
        'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Project', 'Department'] },
      },
    },
    'for-all-values-without-guard',
  ),
];

const identityPolicies: readonly TypicalPolicy[] = [
  identity('IAM User Guide, home directory of a user in S3', [
    { Effect: 'Allow', Action: ['s3:ListAllMyBuckets', 's3:GetBucketLocation'], Resource: 'arn:aws:s3:::*' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::examplebucket',
      Condition: { StringLike: { 's3:prefix': ['', 'home/', 'home/${aws:username}/*'] } },
    },
    { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::examplebucket/home/${aws:username}/*' },
  ]),
  identity('IAM User Guide, MFA for everything but its own set-up', {
    Effect: 'Deny',
    NotAction: [
      'iam:CreateVirtualMFADevice',
      'iam:EnableMFADevice',
      'iam:GetUser',
      'iam:ListMFADevices',
      'iam:ListVirtualMFADevices',
      'iam:ResyncMFADevice',
      'sts:GetSessionToken',
    ],
    Resource: '*',
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  }),
  identity('IAM User Guide, deny outside of regions', {
    Effect: 'Deny',
    NotAction: ['cloudfront:*', 'iam:*', 'route53:*', 'support:*'],
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] } },
  }),
  identity('IAM User Guide, deny by source address', {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: {
      NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24'] },
      Bool: { 'aws:ViaAWSService': 'false' },
    },
  }),
  identity('IAM User Guide, start and stop instances by tag', {
    Effect: 'Allow',
    Action: ['ec2:StartInstances', 'ec2:StopInstances'],
    Resource: 'arn:aws:ec2:*:*:instance/*',
    Condition: { StringEquals: { 'aws:ResourceTag/Owner': '${aws:username}', 'ec2:ResourceTag/Env': 'dev' } },
  }),
  identity('IAM User Guide, pass a role to a service', {
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: 'arn:aws:iam::111122223333:role/app-*',
    Condition: {
      StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
      ArnLike: { 'iam:AssociatedResourceARN': 'arn:aws:ec2:us-east-1:111122223333:instance/*' },
    },
  }),
  identity('IAM User Guide, create a service-linked role', {
    Effect: 'Allow',
    Action: 'iam:CreateServiceLinkedRole',
    Resource: '*',
    Condition: { StringLike: { 'iam:AWSServiceName': 'ecs.application-autoscaling.amazonaws.com' } },
  }),
  identity(
    'DynamoDB guide, fine-grained access',
    {
      Effect: 'Allow',
      Action: [
        'dynamodb:GetItem',
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      Resource: 'arn:aws:dynamodb:us-west-2:123456789012:table/GameScores',
      Condition: {
        'ForAllValues:StringEquals': {
          'dynamodb:LeadingKeys': ['${www.amazon.com:user_id}'],
          'dynamodb:Attributes': ['UserId', 'GameTitle'],
        },
        StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    },
    'for-all-values-without-guard',
  ),
  identity('Cognito guide, a folder per identity', {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::mybucket/cognito/myapp/${cognito-identity.amazonaws.com:sub}/*',
  }),
  identity('KMS guide, grants for AWS services with an encryption context', {
    Effect: 'Allow',
    Action: ['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*', 'kms:DescribeKey'],
    Resource: 'arn:aws:kms:*:111122223333:key/*',
    Condition: {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
      StringEquals: { 'kms:EncryptionContext:AppName': 'ExampleApp', 'kms:ViaService': 'ec2.us-west-2.amazonaws.com' },
    },
  }),
  identity('Lambda guide, basic execution', {
    Effect: 'Allow',
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTraceSegments'],
    Resource: '*',
  }),
  identity('ECR guide, pull and push', {
    Effect: 'Allow',
    Action: [
      'ecr:GetAuthorizationToken',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
      'ecr:*LayerUpload',
      'ecr:PutImage',
      'ecr:*LayerPart',
      'ecr:BatchCheckLayerAvailability',
    ],
    Resource: '*',
  }),
  identity('Systems Manager guide, sessions on tagged nodes', {
    Effect: 'Allow',
    Action: ['ssm:StartSession', 'ssm:TerminateSession'],
    Resource: '*',
    Condition: {
      StringLike: {
        'ssm:resourceTag/Finance': ['WebServers'],
        'ssm:resourceTag/aws:ssmmessages:session-id': ['${aws:userid}'],
      },
    },
  }),
  identity('IoT guide, policy variables of a thing', {
    Effect: 'Allow',
    Action: ['iot:Publish', 'iot:Connect'],
    Resource: [
      'arn:aws:iot:us-east-1:123456789012:topic/${iot:Connection.Thing.ThingName}',
      'arn:aws:iot:us-east-1:123456789012:client/${iot:ClientId}',
    ],
  }),
  identity('Transfer Family guide, session policy of a user', {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::${transfer:HomeBucket}',
    Condition: { StringLike: { 's3:prefix': ['${transfer:HomeFolder}/*', '${transfer:HomeFolder}'] } },
  }),
  identity('IAM User Guide, letter case of actions and keys', {
    Effect: 'Allow',
    Action: ['S3:getobject', 'EC2:describeinstances'],
    Resource: '*',
    Condition: { IpAddress: { 'AWS:SourceIP': '192.0.2.0/24' } },
  }),
  identity('IAM User Guide, wildcards in actions', {
    Effect: 'Allow',
    Action: ['iam:*AccessKey*', 's3:Get*', 'ec2:Describe?*', 'cloudwatch:*', 's3:*Object'],
    Resource: '*',
  }),
  identity('Billing guide, permissions before and after the change of 2023', {
    Effect: 'Allow',
    Action: [
      'aws-portal:ViewBilling',
      'billing:GetBillingData',
      'ce:Get*',
      'cur:DescribeReportDefinitions',
      'tax:List*',
    ],
    Resource: '*',
  }),
  boundary('IAM User Guide, permissions boundary', [
    { Effect: 'Allow', Action: ['s3:*', 'cloudwatch:*', 'ec2:*'], Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'iam:CreateUser',
      Resource: '*',
      Condition: {
        StringNotEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/XCompanyBoundaries' },
      },
    },
  ]),
  scp('Organizations guide, deny the root user', {
    Effect: 'Deny',
    Action: ['ec2:*'],
    Resource: ['*'],
    Condition: { StringLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:root'] } },
  }),
  scp('Organizations guide, protect a role', {
    Effect: 'Deny',
    Action: ['iam:AttachRolePolicy', 'iam:DeleteRole', 'iam:PutRolePolicy'],
    Resource: ['arn:aws:iam::*:role/name-of-role-to-deny'],
    Condition: { ArnNotLike: { 'aws:PrincipalARN': 'arn:aws:iam::*:role/name-of-admin-role-to-allow' } },
  }),
  session('IAM User Guide, session policy', {
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::productionapp/*',
  }),
];

const pullRequests = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';

const resourcePolicies: readonly TypicalPolicy[] = [
  trust('Data perimeter guide, everyone but denied outside of the organization', [
    { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    },
  ]),
  resource('S3 guide, TLS only', {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::amzn-s3-demo-bucket', 'arn:aws:s3:::amzn-s3-demo-bucket/*'],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }),
  resource('S3 guide, a VPC endpoint', {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*',
    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1a2b3c4d' } },
  }),
  resource(
    'S3 guide, public website',
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*',
    },
    'public-principal',
  ),
  resource(
    'S3 guide, CloudTrail log files',
    [
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:GetBucketAcl',
        Resource: 'arn:aws:s3:::b',
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::b/AWSLogs/111122223333/*',
        Condition: {
          StringEquals: {
            's3:x-amz-acl': 'bucket-owner-full-control',
            'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/t',
          },
        },
      },
    ],
    'missing-source',
  ),
  resource('CloudFront guide, origin access control', {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::b/*',
    Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE' } },
  }),
  resource('Elastic Load Balancing guide, access logs', {
    Effect: 'Allow',
    Principal: { Service: ['logdelivery.elasticloadbalancing.amazonaws.com', 'delivery.logs.amazonaws.com'] },
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::b/prefix/AWSLogs/123456789012/*',
  }),
  resource('SNS guide, default policy of a topic', {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['SNS:Publish', 'SNS:Subscribe', 'SNS:GetTopicAttributes'],
    Resource: 'arn:aws:sns:us-east-2:444455556666:MyTopic',
    Condition: { StringEquals: { 'AWS:SourceOwner': '444455556666' } },
  }),
  resource('S3 guide, events to a queue', {
    Effect: 'Allow',
    Principal: '*',
    Action: 'sqs:SendMessage',
    Resource: 'arn:aws:sqs:us-east-1:111122223333:q',
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:amzn-s3-demo-bucket' } },
  }),
  resource('KMS guide, key policy for an AWS service', [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ['kms:Encrypt', 'kms:Decrypt'],
      Resource: '*',
      Condition: {
        StringEquals: {
          'kms:CallerAccount': '111122223333',
          'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
        },
      },
    },
  ]),
  resource('EFS guide, default policy', {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientMount'],
    Resource: '*',
    Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } },
  }),
  resource('API Gateway guide, resource policy for a range of addresses', [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'arn:aws:execute-api:us-east-1:111122223333:api/*',
      Condition: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } },
    },
  ]),
  resource('Lambda guide, invocation by a bucket', {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: 'arn:aws:lambda:us-east-2:123456789012:function:f',
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '123456789012' },
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::amzn-s3-demo-bucket' },
    },
  }),
  resource('Alexa guide, invocation by a skill', {
    Effect: 'Allow',
    Principal: { Service: 'alexa-appkit.amazon.com' },
    Action: 'lambda:InvokeFunction',
    Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f',
    Condition: { StringEquals: { 'lambda:EventSourceToken': 'amzn1.ask.skill.1' } },
  }),
  resource('Secrets Manager guide, an organization', {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*' } },
  }),
  resource('API Gateway guide, the short form of its resources', {
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: ['execute-api:/stage/GET/pets', 'execute-api:/*'],
    Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1a2b3c4d' } },
  }),
  resource('S3 guide, an access point', {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:user/jane' },
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point/object/jane/*',
  }),
  trust('a repository without its pull requests', [
    {
      Effect: 'Allow',
      Principal: { Federated: pullRequests },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:repository_id': '456789',
        },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:*' },
      },
    },
    {
      Effect: 'Deny',
      Principal: { Federated: pullRequests },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*:pull_request' } },
    },
  ]),
  trust('a repository without its own pull requests', [
    {
      Effect: 'Allow',
      Principal: { Federated: pullRequests },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:repository_id': '456789',
        },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:*' },
      },
    },
    {
      Effect: 'Deny',
      Principal: { Federated: pullRequests },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:pull_request' },
      },
    },
  ]),
  resource('S3 guide, to list an access point', {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:user/jane' },
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point',
  }),
  resource('S3 guide, recent MFA', [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/taxdocuments/*',
      Condition: { Null: { 'aws:MultiFactorAuthAge': true } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/taxdocuments/*',
      Condition: { NumericGreaterThan: { 'aws:MultiFactorAuthAge': 3600 } },
    },
  ]),
  resource('S3 guide, a bucket and its objects', {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:user/jane' },
    Action: ['s3:ListBucket', 's3:GetObject', 's3:GetBucketLocation'],
    Resource: ['arn:aws:s3:::amzn-s3-demo-bucket', 'arn:aws:s3:::amzn-s3-demo-bucket/*'],
  }),
  resource('CloudTrail guide, a trail of one account', {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 's3:GetBucketAcl',
    Resource: 'arn:aws:s3:::amzn-s3-demo-bucket',
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:123456789012:trail/*' } },
  }),
  rcp(
    'Organizations guide, the managed RCPFullAWSAccess',
    {
      Effect: 'Allow',
      Principal: '*',
      Action: '*',
      Resource: '*',
    },
    'everything-allowed',
  ),
  rcp('Organizations guide, resource control policy', {
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*', 'sqs:*', 'kms:*', 'secretsmanager:*', 'sts:*'],
    Resource: '*',
    Condition: {
      StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
    },
  }),
];

const allow = (more: object) => ({ Effect: 'Allow', ...more });
const deny = (more: object) => ({ Effect: 'Deny', ...more });
const queue = 'arn:aws:sqs:us-east-2:123456789012:q';
const object = ['arn:aws:s3:::amzn-s3-demo-bucket', 'arn:aws:s3:::amzn-s3-demo-bucket/*'];

const s3Policies: readonly TypicalPolicy[] = [
  identity(
    'as in practice, a Multi-Region Access Point',
    allow({
      Action: ['s3:ListBucket', 's3:GetObject'],
      Resource: [
        'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap',
        'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap/object/*',
      ],
    }),
  ),
  identity(
    'as in practice, batch jobs',
    allow({ Action: ['s3:CreateJob', 's3:DescribeJob'], Resource: 'arn:aws:s3:us-west-2:123456789012:job/*' }),
  ),
  identity(
    'IAM User Guide, ARNs without their last parts (reference-arns)',
    allow({ Action: 's3:GetObject', Resource: ['arn:aws:s3:us-east-1:123456789012', 'arn:aws:s3:us-west-2'] }),
  ),
  identity('as in practice, GovCloud', allow({ Action: 's3:GetObject', Resource: 'arn:aws-us-gov:s3:::b/*' })),
  identity(
    'as in practice, multipart uploads',
    allow({
      Action: ['s3:ListBucketMultipartUploads', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      Resource: object,
    }),
  ),
  resource(
    'CloudFront guide, origin access identity',
    allow({
      Principal: { AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*',
    }),
  ),
  resource(
    'S3 guide, delegation to access points',
    allow({
      Principal: { AWS: '*' },
      Action: '*',
      Resource: object,
      Condition: { StringEquals: { 's3:DataAccessPointAccount': '123456789012' } },
    }),
  ),
  resource(
    'S3 guide, inventory',
    allow({
      Principal: { Service: 's3.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::destination/*',
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::source' },
        StringEquals: { 'aws:SourceAccount': '111122223333', 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    }),
  ),
  resource(
    'S3 guide, encryption with KMS',
    deny({
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*',
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    }),
  ),
  resource(
    'as in practice, addresses',
    deny({
      Principal: '*',
      Action: 's3:*',
      Resource: object,
      Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:DB8:1234:5678::/64'] } },
    }),
  ),
  resource(
    'as in practice, addresses of a network and of a VPC',
    deny({
      Principal: '*',
      Action: 's3:*',
      Resource: object,
      Condition: { NotIpAddressIfExists: { 'aws:SourceIp': ['203.0.113.0/24'], 'aws:VpcSourceIp': ['10.0.0.0/16'] } },
    }),
  ),
  resource(
    'AWS Security Blog, unique ids of a role and a user',
    deny({
      Principal: '*',
      Action: 's3:*',
      Resource: object,
      Condition: { StringNotLike: { 'aws:userId': ['AROAEXAMPLEID:*', 'AIDAEXAMPLEID', '111111111111'] } },
    }),
  ),
];

const messagingPolicies: readonly TypicalPolicy[] = [
  resource(
    'SNS guide, a queue of a topic',
    allow({
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queue,
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:us-east-2:123456789012:MyTopic' } },
    }),
  ),
  resource(
    'EventBridge guide, a queue of a rule',
    allow({
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queue,
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-2:123456789012:rule/*' } },
    }),
  ),
  resource(
    'SNS guide, events of a bucket',
    allow({
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: 'arn:aws:sns:us-east-2:123456789012:t',
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:amzn-s3-demo-bucket' },
        StringEquals: { 'aws:SourceAccount': '123456789012' },
      },
    }),
  ),
  resource(
    'API Gateway guide, a Lambda function',
    allow({
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f',
      Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/x' } },
    }),
  ),
  resource(
    'Lambda guide, an image of another account',
    allow({
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Condition: { StringLike: { 'aws:sourceArn': 'arn:aws:lambda:us-east-1:123456789012:function:*' } },
    }),
  ),
  resource(
    'ECR guide, an organization',
    allow({
      Principal: '*',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' } },
    }),
  ),
  resource(
    'CloudTrail guide, a key',
    allow({
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:GenerateDataKey*',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/t' },
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:111122223333:trail/*' },
      },
    }),
  ),
  resource(
    'CloudWatch Logs guide, a key',
    allow({
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      Resource: '*',
      Condition: {
        ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:us-east-1:111122223333:log-group:g' },
      },
    }),
  ),
  resource(
    'SES guide, a bucket of a receipt rule',
    allow({
      Principal: { Service: 'ses.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*',
      Condition: {
        StringEquals: {
          'AWS:SourceAccount': '111122223333',
          'AWS:SourceArn': 'arn:aws:ses:us-east-1:111122223333:receipt-rule-set/s:receipt-rule/r',
        },
      },
    }),
  ),
];

const limits: readonly TypicalPolicy[] = [
  scp('as in practice, an allow list', allow({ Action: ['ec2:*', 's3:*', 'iam:*'], Resource: '*' })),
  scp(
    'Organizations guide, MFA for an action',
    deny({
      Action: ['ec2:StopInstances', 'ec2:TerminateInstances'],
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': false } },
    }),
  ),
  scp(
    'Organizations guide, a tag on instances',
    deny({
      Action: 'ec2:RunInstances',
      Resource: 'arn:aws:ec2:*:*:instance/*',
      Condition: { Null: { 'aws:RequestTag/Project': 'true' } },
    }),
  ),
  scp(
    'Data perimeter guide, expected networks',
    deny({
      NotAction: ['iam:PassRole', 'es:ES*', 'dax:GetItem'],
      Resource: '*',
      Condition: {
        BoolIfExists: { 'aws:ViaAWSService': 'false' },
        NotIpAddressIfExists: { 'aws:SourceIp': ['203.0.113.0/24'] },
        StringNotEqualsIfExists: { 'aws:SourceVpc': ['vpc-1a2b3c4d'] },
        ArnNotLikeIfExists: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/aws-service-role/*'] },
      },
    }),
  ),
  rcp(
    'as in practice, organizational units',
    deny({
      Principal: '*',
      Action: 's3:*',
      Resource: '*',
      Condition: {
        'ForAllValues:StringNotLikeIfExists': { 'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'] },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
  ),
  rcp(
    'Organizations guide, cross-service confused deputy',
    deny({
      Principal: '*',
      Action: ['s3:*', 'sqs:*'],
      Resource: '*',
      Condition: {
        StringNotEqualsIfExists: { 'aws:SourceOrgID': 'o-a1b2c3d4e5', 'aws:SourceAccount': ['111122223333'] },
        Null: { 'aws:SourceArn': 'false' },
        Bool: { 'aws:PrincipalIsAWSService': 'true' },
      },
    }),
  ),
  boundary('as in practice, a boundary for administrators of users', [
    allow({ Action: 'iam:*', Resource: '*' }),
    deny({ Action: ['iam:DeleteRolePermissionsBoundary', 'iam:DeleteUserPermissionsBoundary'], Resource: '*' }),
  ]),
  identity(
    'IAM User Guide, roles with a boundary',
    allow({
      Action: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/XCompanyBoundaries' } },
    }),
  ),
  identity(
    'as in practice, roles for one service',
    allow({
      Action: ['iam:GetRole', 'iam:PassRole'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    }),
  ),
  identity(
    'as in practice, attach some policies to some roles',
    allow({
      Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
      Resource: 'arn:aws:iam::123456789012:role/app-*',
      Condition: { ArnEquals: { 'iam:PolicyARN': ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'] } },
    }),
  ),
  identity(
    'as in practice, calls through one service',
    deny({
      Action: 'kms:*',
      Resource: '*',
      Condition: { 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['dynamodb.amazonaws.com'] } },
    }),
  ),
  identity(
    'IAM User Guide, revoke sessions',
    deny({
      Action: ['*'],
      Resource: ['*'],
      Condition: { DateLessThan: { 'aws:TokenIssueTime': '2014-05-07T23:47:00Z' } },
    }),
  ),
];

const federation: readonly TypicalPolicy[] = [
  trust(
    'as in practice, SAML in two regions with a source identity',
    allow({
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/Okta' },
      Action: ['sts:AssumeRoleWithSAML', 'sts:SetSourceIdentity', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'SAML:aud': ['https://signin.aws.amazon.com/saml', 'https://us-west-2.signin.aws.amazon.com/saml'],
          'SAML:iss': 'https://idp.example.org/saml',
        },
        StringLike: { 'sts:SourceIdentity': '*@example.com' },
      },
    }),
  ),
  trust(
    'as in practice, SAML in China',
    allow({
      Principal: { Federated: 'arn:aws-cn:iam::111122223333:saml-provider/X' },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.amazonaws.cn/saml' } },
    }),
  ),
  trust(
    'as in practice, an external ID',
    service('firehose.amazonaws.com', { Condition: { StringEquals: { 'sts:ExternalId': '123456789012' } } }),
  ),
  trust(
    'as in practice, role of an agent',
    service('bedrock.amazonaws.com', {
      Condition: {
        StringEquals: { 'aws:SourceAccount': '123456789012' },
        ArnEquals: { 'aws:SourceArn': 'arn:aws:bedrock:us-east-1:123456789012:agent/*' },
      },
    }),
  ),
  trust('SageMaker guide, execution role', service('sagemaker.amazonaws.com')),
  trust('as in practice, a regional principal', service('states.us-east-1.amazonaws.com')),
  trust(
    'as in practice, service accounts that begin alike',
    oidc(eks, {
      StringLike: { [`${eks}:sub`]: 'system:serviceaccount:kube-system:aws-*' },
      StringEquals: { [`${eks}:aud`]: 'sts.amazonaws.com' },
    }),
  ),
  trust(
    'as in practice, the id of a project',
    oidc('gitlab.com', {
      StringEquals: { 'gitlab.com:aud': 'https://gitlab.com', 'gitlab.com:project_id': '42' },
      StringLike: { 'gitlab.com:sub': 'project_path:g/p:ref_type:branch:ref:*' },
    }),
  ),
  trust(
    'as in practice, plan and apply of a workspace',
    oidc('app.terraform.io', {
      StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
      StringLike: {
        'app.terraform.io:sub': [
          'organization:o:project:p:workspace:w:run_phase:plan',
          'organization:o:project:p:workspace:w:run_phase:apply',
        ],
      },
    }),
  ),
];

export const typicalPolicies: readonly TypicalPolicy[] = [
  ...trustPolicies,
  ...identityPolicies,
  ...resourcePolicies,
  ...s3Policies,
  ...messagingPolicies,
  ...limits,
  ...federation,
];
