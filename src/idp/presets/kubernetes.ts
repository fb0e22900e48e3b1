/** Presets of Kubernetes service account tokens: EKS (IRSA and Pod Identity), the API server, GKE, AKS. */
import { isObject } from '../../kernel/json.ts';
import { renewedFile, webIdentity } from '../ci/platform.ts';
import { KUBERNETES_PROTOCOL } from '../ci/token-request.ts';
import type { JsonValue, TokenForm } from '../types.ts';
import { type ClaimRow, type Facts, field, object, type Preset, type RegisteredClaim, text } from './row.ts';
import { EKS_STARTER } from './starters.ts';

/** Seconds after which the API server warns about a token that should have been renewed. */
const WARN_AFTER = 3607;

const PREFIX = 'system:serviceaccount:';

/** A name from the given `kubernetes.io` claim or `sub`, else `fallback`, so that all claims agree. */
function named(facts: Facts, member: 'namespace' | 'serviceaccount', position: number, fallback: string): string {
  const value = memberOf(facts.asGiven('kubernetes.io'), member);
  const name = member === 'serviceaccount' ? memberOf(value, 'name') : value;
  if (typeof name === 'string') return name;
  const subject = facts.given('sub') ? facts.text('sub') : '';
  const fromSubject = subject.startsWith(PREFIX) ? subject.split(':', 4)[position] : undefined;
  return fromSubject ?? fallback;
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The pod and its node; empty for a token without a pod (`pod` is empty). */
const boundTo = (facts: Facts): Readonly<Record<string, JsonValue>> =>
  facts.text('pod') === ''
    ? {}
    : {
        node: { name: facts.text('node'), uid: '646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1' },
        pod: { name: facts.text('pod'), uid: facts.text('pod_uid') },
      };

const INPUTS: readonly ClaimRow[] = [
  text('namespace', facts => named(facts, 'namespace', 2, 'my-namespace')),
  text('serviceaccount', facts => named(facts, 'serviceaccount', 3, 'my-serviceaccount')),
  text('pod', 'my-pod'),
  text('pod_uid', '5e0bd49b-f040-43b0-99b7-22765a53f7f3'),
  text('node', 'my-node'),
];

const CLAIMS: readonly (ClaimRow | RegisteredClaim)[] = [
  'aud',
  'exp',
  'iat',
  'iss',
  'jti',
  object('kubernetes.io', facts => ({
    namespace: facts.text('namespace'),
    ...boundTo(facts),
    serviceaccount: { name: facts.text('serviceaccount'), uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
    ...(facts.text('pod') === '' ? {} : { warnafter: facts.iat + WARN_AFTER }),
  })),
  'nbf',
  'sub',
];

const EKS_PARAMETERS = { region: 'us-west-2', dnsSuffix: 'amazonaws.com', id: 'EXAMPLED539D4633E53DE1B716D3041E' };

/** The token of `AWS_WEB_IDENTITY_TOKEN_FILE`, as the EKS Pod Identity webhook configures it. */
const IRSA = renewedFile(
  'token',
  path => ({ ...webIdentity(path), AWS_STS_REGIONAL_ENDPOINTS: 'regional' }),
  'for-aws',
);

const FORM: TokenForm = {
  fields: [
    field('namespace', 'Namespace', 'my-namespace'),
    field('serviceaccount', 'Service account', 'my-serviceaccount'),
  ],
  subject: 'system:serviceaccount:my-namespace:my-serviceaccount',
};

const EKS_IRSA: Preset = {
  id: 'eks-irsa',
  title: 'Amazon EKS, IAM roles for service accounts',
  verification: 'exact',
  issuer: 'https://oidc.eks.${region}.${dnsSuffix}/id/${id}',
  parameters: EKS_PARAMETERS,
  audience: 'sts.amazonaws.com',
  audienceForm: 'array',
  lifetime: 86_400,
  notBefore: 0,
  alg: 'RS256',
  header: ['kid'],
  claims: CLAIMS,
  inputs: INPUTS,
  subjects: [{ when: 'always', form: 'system:serviceaccount:${namespace}:${serviceaccount}' }],
  keys: { kid: 'sha1-hex' },
  endpoints: { jwks_uri: '${issuer}/keys' },
  discovery: {
    authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    claims_supported: ['sub', 'iss'],
    id_token_signing_alg_values_supported: ['RS256'],
  },
  delivery: 'file in $AWS_WEB_IDENTITY_TOKEN_FILE, renewed at 80 % of the lifetime',
  protocols: [KUBERNETES_PROTOCOL],
  platform: IRSA,
  form: FORM,
  aws: { kind: 'accepted', clientId: 'sts.amazonaws.com' },
  unconfirmed: ['number of keys published at once', 'Kubernetes version that introduced node'],
  sources: [
    'https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html',
    'https://github.com/aws/amazon-eks-pod-identity-webhook#readme',
    'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/',
  ],
};

const API_SERVER: Preset = {
  ...EKS_IRSA,
  id: 'kubernetes',
  title: 'Kubernetes API server',
  issuer: '${serviceAccountIssuer}',
  parameters: { serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local' },
  audience: '${iss}',
  lifetime: 3607,
  keys: { kid: 'thumbprint' },
  endpoints: { jwks_uri: '${issuer}/openid/v1/jwks' },
  discovery: {
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  },
  delivery: 'projected serviceAccountToken volume, or the TokenRequest API',
  unconfirmed: [],
  sources: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/',
    'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/',
  ],
};

export const KUBERNETES: readonly Preset[] = [
  { ...EKS_IRSA, starter: EKS_STARTER },
  {
    ...EKS_IRSA,
    id: 'eks-pod-identity',
    title: 'Amazon EKS Pod Identity',
    verification: 'unconfirmed',
    audience: 'pods.eks.amazonaws.com',
    delivery: 'file in $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, sent to $AWS_CONTAINER_CREDENTIALS_FULL_URI',
    platform: renewedFile('eks-pod-identity-token', path => ({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path })),
    aws: {
      kind: 'other-operation',
      why: 'its audience is pods.eks.amazonaws.com; the EKS Pod Identity Agent exchanges it with AssumeRoleForPodIdentity',
    },
    unconfirmed: ['lifetime'],
    sources: ['https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html'],
  },
  API_SERVER,
  {
    ...API_SERVER,
    id: 'gke',
    title: 'Google Kubernetes Engine',
    verification: 'unconfirmed',
    issuer: 'https://container.googleapis.com/v1/projects/${project}/locations/${location}/clusters/${cluster}',
    parameters: { project: 'my-project', location: 'us-central1', cluster: 'my-cluster' },
    audience: null,
    lifetime: 3600,
    endpoints: { jwks_uri: '${issuer}/jwks' },
    delivery: 'projected serviceAccountToken volume',
    unconfirmed: ['lifetime', 'jwks_uri', 'discovery document', 'default audience'],
    sources: ['https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/'],
  },
  {
    ...API_SERVER,
    id: 'aks',
    title: 'Azure Kubernetes Service',
    verification: 'unconfirmed',
    issuer: 'https://${region}.oic.prod-aks.azure.com/${tenant_id}/${cluster_guid}/',
    parameters: {
      region: 'eastus',
      tenant_id: '2f4a9838-26b7-47ee-be60-ccc1fdec5953',
      cluster_guid: '0f0f0f0f-1111-4222-8333-444455556666',
    },
    audience: 'api://AzureADTokenExchange',
    lifetime: 3600,
    endpoints: { jwks_uri: '${issuer}openid/v1/jwks' },
    delivery: 'projected serviceAccountToken volume',
    unconfirmed: ['lifetime', 'jwks_uri', 'discovery document'],
    sources: ['https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/'],
  },
];
