/** The members of inputs and outputs that identify a resource, and the resource types. */
import type { EventResource } from './cross-account.ts';

/** The members of inputs and outputs that events use. */
export interface Members {
  readonly RoleArn?: string;
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
  readonly OpenIDConnectProviderArn?: string;
  readonly SAMLProviderArn?: string;
  readonly PrincipalArn?: string;
  readonly RoleSessionName?: string;
  readonly Credentials?: { readonly AccessKeyId?: string | undefined; readonly Expiration?: number | undefined };
  readonly AssumedRoleUser?: { readonly Arn?: string };
  readonly WebIdentityToken?: string | undefined;
  readonly SAMLAssertion?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/** Members that identify a resource, and the resource type. */
const RESOURCES: readonly (readonly [keyof Members, string])[] = [
  ['RoleArn', 'AWS::IAM::Role'],
  ['RoleName', 'AWS::IAM::Role'],
  ['UserName', 'AWS::IAM::User'],
  ['PolicyArn', 'AWS::IAM::Policy'],
  ['OpenIDConnectProviderArn', 'AWS::IAM::OIDCProvider'],
  ['SAMLProviderArn', 'AWS::IAM::SAMLProvider'],
  ['PrincipalArn', 'AWS::IAM::SAMLProvider'],
];

/** Members that are kept if all members exceed the limit: those that identify a resource or a session. */
export const IDENTIFYING_MEMBERS: readonly string[] = [...RESOURCES.map(([member]) => member), 'RoleSessionName'];

export function resourcesOf(input: Members, output: Members): EventResource[] {
  const named = RESOURCES.flatMap(([member, ResourceType]) => {
    const name = input[member] ?? output[member];
    return typeof name === 'string' ? [{ ResourceType, ResourceName: name }] : [];
  });
  const session = output.AssumedRoleUser?.Arn;
  const key = output.Credentials?.AccessKeyId;
  return [
    ...named,
    ...(session === undefined ? [] : [{ ResourceType: 'AWS::STS::AssumedRole', ResourceName: session }]),
    ...(key === undefined ? [] : [{ ResourceType: 'AWS::IAM::AccessKey', ResourceName: key }]),
  ];
}
