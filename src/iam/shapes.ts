/** Structures of IAM's responses, with members in the order of the service model. */
import { list, map, optional, struct } from '../aws/shape.ts';
import {
  accessKeyId,
  actionName,
  anyText,
  arn,
  attachmentName,
  attachmentType,
  bootstrapDatum,
  certificateBody,
  certificateId,
  contextKeyName,
  contextKeyType,
  count,
  date,
  entityId,
  evaluationDecision,
  flag,
  groupName,
  identifiedPolicyType,
  instanceProfileName,
  keyStatus,
  path,
  permissionsBoundaryAttachment,
  policyDescription,
  policyDocument,
  policyName,
  policyPath,
  policySource,
  policyVersionId,
  privateKeyId,
  publicKeyId,
  reason,
  regionName,
  resourceName,
  roleDescription,
  roleMaxSessionDuration,
  roleName,
  serialNumber,
  serviceCredentialAlias,
  serviceSpecificCredentialId,
  serviceUserName,
  tagList,
  userName,
} from './members.ts';

export const openIdConnectProviderListEntryShape = struct('OpenIDConnectProviderListEntry', { Arn: optional(arn) });
export const samlPrivateKeyShape = struct('SAMLPrivateKey', {
  KeyId: optional(privateKeyId),
  Timestamp: optional(date),
});
export const samlProviderListEntryShape = struct('SAMLProviderListEntry', {
  Arn: optional(arn),
  ValidUntil: optional(date),
  CreateDate: optional(date),
});
const attachedPermissionsBoundaryShape = struct('AttachedPermissionsBoundary', {
  PermissionsBoundaryType: optional(permissionsBoundaryAttachment),
  PermissionsBoundaryArn: optional(arn),
});
export const roleLastUsedShape = struct('RoleLastUsed', { LastUsedDate: optional(date), Region: optional(anyText) });
/** The template from which AcquireRole created a role. Rolecall does not emulate role templates, so it never returns one. */
const sourceRoleTemplateShape = struct('SourceRoleTemplate', { TemplateArn: arn, TemplateMinorVersion: count });
export const roleShape = struct('Role', {
  Path: path,
  RoleName: roleName,
  RoleId: entityId,
  Arn: arn,
  CreateDate: date,
  AssumeRolePolicyDocument: optional(policyDocument),
  Description: optional(roleDescription),
  MaxSessionDuration: optional(roleMaxSessionDuration),
  PermissionsBoundary: optional(attachedPermissionsBoundaryShape),
  Tags: optional(tagList),
  RoleLastUsed: optional(roleLastUsedShape),
  SourceRoleTemplate: optional(sourceRoleTemplateShape),
});
export const attachedPolicyShape = struct('AttachedPolicy', {
  PolicyName: optional(policyName),
  PolicyArn: optional(arn),
});
export const instanceProfileShape = struct('InstanceProfile', {
  Path: path,
  InstanceProfileName: instanceProfileName,
  InstanceProfileId: entityId,
  Arn: arn,
  CreateDate: date,
  Roles: list(roleShape),
  Tags: optional(tagList),
});
export const policyShape = struct('Policy', {
  PolicyName: optional(policyName),
  PolicyId: optional(entityId),
  Arn: optional(arn),
  Path: optional(policyPath),
  DefaultVersionId: optional(policyVersionId),
  AttachmentCount: optional(count),
  PermissionsBoundaryUsageCount: optional(count),
  IsAttachable: optional(flag),
  Description: optional(policyDescription),
  CreateDate: optional(date),
  UpdateDate: optional(date),
  Tags: optional(tagList),
});
export const policyGroupShape = struct('PolicyGroup', { GroupName: optional(groupName), GroupId: optional(entityId) });
export const policyUserShape = struct('PolicyUser', { UserName: optional(userName), UserId: optional(entityId) });
export const policyRoleShape = struct('PolicyRole', { RoleName: optional(roleName), RoleId: optional(entityId) });
export const policyVersionShape = struct('PolicyVersion', {
  Document: optional(policyDocument),
  VersionId: optional(policyVersionId),
  IsDefaultVersion: optional(flag),
  CreateDate: optional(date),
});
/** The model requires Path and UserName; AWS omits both when the root user reads itself. */
export const userShape = struct('User', {
  Path: optional(path),
  UserName: optional(userName),
  UserId: entityId,
  Arn: arn,
  CreateDate: date,
  PasswordLastUsed: optional(date),
  PermissionsBoundary: optional(attachedPermissionsBoundaryShape),
  Tags: optional(tagList),
});
export const groupShape = struct('Group', {
  Path: path,
  GroupName: groupName,
  GroupId: entityId,
  Arn: arn,
  CreateDate: date,
});
export const accessKeyShape = struct('AccessKey', {
  UserName: userName,
  AccessKeyId: accessKeyId,
  Status: keyStatus,
  SecretAccessKey: anyText,
  CreateDate: optional(date),
});
export const accessKeyMetadataShape = struct('AccessKeyMetadata', {
  UserName: optional(userName),
  AccessKeyId: optional(accessKeyId),
  Status: optional(keyStatus),
  CreateDate: optional(date),
});
const roleUsageShape = struct('RoleUsageType', { Region: optional(regionName), Resources: optional(list(arn)) });
export const deletionTaskFailureShape = struct('DeletionTaskFailureReasonType', {
  Reason: optional(reason),
  RoleUsageList: optional(list(roleUsageShape)),
});
export const virtualMfaDeviceShape = struct('VirtualMFADevice', {
  SerialNumber: serialNumber,
  Base32StringSeed: optional(bootstrapDatum),
  QRCodePNG: optional(bootstrapDatum),
  User: optional(userShape),
  EnableDate: optional(date),
  Tags: optional(tagList),
});
export const mfaDeviceShape = struct('MFADevice', { UserName: userName, SerialNumber: serialNumber, EnableDate: date });
export const accessKeyLastUsedShape = struct('AccessKeyLastUsed', {
  LastUsedDate: optional(date),
  ServiceName: anyText,
  Region: anyText,
});
const policyDetailShape = struct('PolicyDetail', {
  PolicyName: optional(policyName),
  PolicyDocument: optional(policyDocument),
});
export const userDetailShape = struct('UserDetail', {
  Path: optional(path),
  UserName: optional(userName),
  UserId: optional(entityId),
  Arn: optional(arn),
  CreateDate: optional(date),
  UserPolicyList: optional(list(policyDetailShape)),
  GroupList: optional(list(groupName)),
  AttachedManagedPolicies: optional(list(attachedPolicyShape)),
  PermissionsBoundary: optional(attachedPermissionsBoundaryShape),
  Tags: optional(tagList),
});
export const groupDetailShape = struct('GroupDetail', {
  Path: optional(path),
  GroupName: optional(groupName),
  GroupId: optional(entityId),
  Arn: optional(arn),
  CreateDate: optional(date),
  GroupPolicyList: optional(list(policyDetailShape)),
  AttachedManagedPolicies: optional(list(attachedPolicyShape)),
});
export const roleDetailShape = struct('RoleDetail', {
  Path: optional(path),
  RoleName: optional(roleName),
  RoleId: optional(entityId),
  Arn: optional(arn),
  CreateDate: optional(date),
  AssumeRolePolicyDocument: optional(policyDocument),
  InstanceProfileList: optional(list(instanceProfileShape)),
  RolePolicyList: optional(list(policyDetailShape)),
  AttachedManagedPolicies: optional(list(attachedPolicyShape)),
  PermissionsBoundary: optional(attachedPermissionsBoundaryShape),
  Tags: optional(tagList),
  RoleLastUsed: optional(roleLastUsedShape),
});
export const managedPolicyDetailShape = struct('ManagedPolicyDetail', {
  PolicyName: optional(policyName),
  PolicyId: optional(entityId),
  Arn: optional(arn),
  Path: optional(policyPath),
  DefaultVersionId: optional(policyVersionId),
  AttachmentCount: optional(count),
  PermissionsBoundaryUsageCount: optional(count),
  IsAttachable: optional(flag),
  Description: optional(policyDescription),
  CreateDate: optional(date),
  UpdateDate: optional(date),
  PolicyVersionList: optional(list(policyVersionShape)),
});
export const contextEntryShape = struct('ContextEntry', {
  ContextKeyName: optional(contextKeyName),
  ContextKeyValues: optional(list(anyText)),
  ContextKeyType: optional(contextKeyType),
});
/** One level of an organization's hierarchy. */
export const orderedOrganizationPolicyShape = struct('OrderedOrganizationPolicyType', {
  ServiceControlPolicyInputList: optional(list(policyDocument)),
});
const inlinePolicyIdentifierShape = struct('InlinePolicyIdentifierType', {
  PolicyName: policyName,
  AttachmentType: attachmentType,
  AttachmentName: attachmentName,
});
export const policyIdentifierShape = struct('PolicyIdentifier', {
  PolicyType: optional(identifiedPolicyType),
  PolicyArn: optional(arn),
  InlinePolicyIdentifier: optional(inlinePolicyIdentifierShape),
});
const positionShape = struct('Position', { Line: optional(count), Column: optional(count) });
export const statementShape = struct('Statement', {
  SourcePolicyId: optional(anyText),
  SourcePolicyType: optional(policySource),
  StartPosition: optional(positionShape),
  EndPosition: optional(positionShape),
});
const organizationsDecisionDetailShape = struct('OrganizationsDecisionDetail', {
  AllowedByOrganizations: optional(flag),
});
const permissionsBoundaryDecisionDetailShape = struct('PermissionsBoundaryDecisionDetail', {
  AllowedByPermissionsBoundary: optional(flag),
});
export const resourceSpecificResultShape = struct('ResourceSpecificResult', {
  EvalResourceName: resourceName,
  EvalResourceDecision: evaluationDecision,
  MatchedStatements: optional(list(statementShape)),
  MissingContextValues: optional(list(contextKeyName)),
  EvalDecisionDetails: optional(map(evaluationDecision)),
  PermissionsBoundaryDecisionDetail: optional(permissionsBoundaryDecisionDetailShape),
});
export const evaluationResultShape = struct('EvaluationResult', {
  EvalActionName: actionName,
  EvalResourceName: optional(resourceName),
  EvalDecision: evaluationDecision,
  MatchedStatements: optional(list(statementShape)),
  MissingContextValues: optional(list(contextKeyName)),
  OrganizationsDecisionDetail: optional(organizationsDecisionDetailShape),
  PermissionsBoundaryDecisionDetail: optional(permissionsBoundaryDecisionDetailShape),
  EvalDecisionDetails: optional(map(evaluationDecision)),
  ResourceSpecificResults: optional(list(resourceSpecificResultShape)),
});
export const loginProfileShape = struct('LoginProfile', {
  UserName: userName,
  CreateDate: date,
  PasswordResetRequired: optional(flag),
});
export const sshPublicKeyMetadataShape = struct('SSHPublicKeyMetadata', {
  UserName: userName,
  SSHPublicKeyId: publicKeyId,
  Status: keyStatus,
  UploadDate: date,
});
export const signingCertificateShape = struct('SigningCertificate', {
  UserName: userName,
  CertificateId: certificateId,
  CertificateBody: certificateBody,
  Status: keyStatus,
  UploadDate: optional(date),
});
export const serviceSpecificCredentialMetadataShape = struct('ServiceSpecificCredentialMetadata', {
  UserName: userName,
  Status: keyStatus,
  ServiceUserName: optional(serviceUserName),
  ServiceCredentialAlias: optional(serviceCredentialAlias),
  CreateDate: date,
  ExpirationDate: optional(date),
  ServiceSpecificCredentialId: serviceSpecificCredentialId,
  ServiceName: anyText,
});
