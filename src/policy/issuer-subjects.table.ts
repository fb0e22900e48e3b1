/**
 * The subjects that issuers make, one row per issuer: their forms, what the parts of a subject mean, and which other claims go with
 * them. Source: the platforms' documentation of their tokens; GitHub's customized subjects are `key:value` pairs.
 */
import { claimsOf } from './provider-claims.ts';
import type { PartRole, Parts, SubjectForm, SubjectPart } from './subject-forms.ts';

export interface IssuerSubjects {
  readonly name: string;
  readonly issues: (issuer: string) => boolean;
  /** Whether anyone can run such an issuer, under any name: its tokens are recognized by their subjects as well. */
  readonly selfHosted: boolean;
  readonly parts: Parts;
  readonly forms: readonly SubjectForm[];
  /** Templates of the subjects that the issuer makes when its owner changes the format. */
  readonly customized: readonly string[];
  /** Claims that contain a part, by the template of their value; an empty template: another value with each value of the parts. */
  readonly claims: Readonly<Record<string, { readonly of: readonly string[]; readonly template: string }>>;
}

type Allows = (character: string) => boolean;
const without =
  (excluded: string): Allows =>
  character =>
    !excluded.includes(character);
/** Names of Kubernetes namespaces (RFC 1123 labels). */
const kubernetesLabel: Allows = character => /[a-z0-9-]/.test(character);
/** Names of Kubernetes objects (RFC 1123 subdomains). */
const kubernetesName: Allows = character => /[a-z0-9.-]/.test(character);
/** Letters other than a to f as well: guides write the names of placeholders. Brackets around it are literal text of the forms. */
const uuid: Allows = character => /[\w-]/.test(character);
const digits: Allows = character => /\d/.test(character);
/** Branches and tags (git-check-ref-format). */
const refName: Allows = without(' :?*[~^\\');
/** A name that Git refuses (git-check-ref-format). */
const noName = (name: string): boolean => /^\/|\/$|\/\/|\.\.|\.(?:lock)?$|@\{/.test(name);
/** Not the short name of a branch or tag: the full name, or none. */
const noRef = (name: string): boolean => /^refs\/(?:heads|tags)\//.test(name) || noName(name);
/** Users and organizations of GitHub; only managed users have an underscore (octocat_acme): GitHub Docs, username considerations. */
const githubOwner: Allows = character => /[\w-]/.test(character);
/** Repositories of GitHub, and projects of GitLab. */
const repositoryName: Allows = character => /[\w.-]/.test(character);
/** Names that people choose, in which the issuer escapes the colon. */
const freeName: Allows = without(':*?');

const part =
  (role: PartRole) =>
  (words: string, allows: Allows = without(':/'), ignoresCase = false, never?: SubjectPart['never']): SubjectPart => ({
    role,
    words,
    allows,
    ignoresCase,
    never,
  });
const [owner, resource, choice, run] = [part('owner'), part('resource'), part('choice'), part('run')];

const form = (
  kind: string,
  template: string,
  says: string,
  how: string,
  claims: SubjectForm['claims'] = {},
): SubjectForm => ({ kind, template, says, how, claims });

/** Whether the issuer, in lower case, has one of the names; a name that ends with `/` stands for every path below it. */
export const host =
  (...names: readonly string[]): IssuerSubjects['issues'] =>
  issuer =>
    names.some(name => issuer === name || (name.endsWith('/') && issuer.startsWith(name)));

/**
 * Clusters of EKS (also with the dual-stack issuer `oidc-eks.REGION.api.aws`: EKS User Guide, network requirements), AKS and GKE, and those
 * that publish their keys in a bucket of S3 (kOps, ROSA and others).
 */
export const isCluster: IssuerSubjects['issues'] = issuer =>
  /^oidc[.-]eks\.[a-z0-9.-]+\/id\/|^[a-z0-9-]+\.oic\.prod-aks\.azure\.com\/|^container\.googleapis\.com\/v1\/projects\/|(?:^|\.)s3[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?:\/|$)/.test(
    issuer,
  );

/** github.com, tenants of ghe.com, and GitHub Enterprise Server. */
export const isGithub: IssuerSubjects['issues'] = issuer =>
  claimsOf(issuer)?.name === 'GitHub' || issuer.toLowerCase().endsWith('/_services/token');

const row = (
  name: string,
  issues: IssuerSubjects['issues'],
  parts: Parts,
  forms: readonly SubjectForm[],
  more: Partial<Pick<IssuerSubjects, 'customized' | 'claims' | 'selfHosted'>> = {},
): IssuerSubjects => ({ name, issues, parts, forms, customized: [], claims: {}, selfHosted: false, ...more });

/** What follows the repository in a subject. */
export const githubTails: readonly SubjectForm[] = [
  form(
    'branch',
    ':ref:refs/heads/{branch}',
    'runs on the branch {branch} of {repo}',
    'Run the workflow of {repo} on the branch {branch}, without an environment',
    { ref: 'refs/heads/{branch}', environment: null },
  ),
  form(
    'tag',
    ':ref:refs/tags/{tag}',
    'runs on the tag {tag} of {repo}',
    'Run the workflow of {repo} on the tag {tag}, without an environment',
    { ref: 'refs/tags/{tag}', environment: null },
  ),
  form(
    'pull-request',
    ':pull_request',
    'any pull request of {repo}',
    'Run the job for a pull request of {repo}, without an environment',
    { ref: 'refs/pull/7/merge', environment: null },
  ),
  form(
    'environment',
    ':environment:{environment}',
    'any job of {repo} with the environment {environment}',
    'Add "environment: {environment}" to the job in {repo}',
    { environment: '{environment}' },
  ),
];
const githubHeads: readonly (readonly [head: string, repo: string])[] = [
  ['repo:{owner}/{repository}', '{owner}/{repository}'],
  ['repo:{owner}@{ownerId}/{repository}@{repositoryId}', '{owner}/{repository}'],
];
/** Claims that `include_claim_keys` can name, but for `ref`, whose value begins with `refs/`. */
const githubKeys: readonly string[] = [
  ...'actor actor_id base_ref enterprise enterprise_id environment event_name head_ref job_workflow_ref'.split(' '),
  ...'job_workflow_sha ref_protected ref_type repository repository_id repository_owner repository_owner_id'.split(' '),
  ...'repository_visibility run_attempt run_id run_number runner_environment sha workflow workflow_ref workflow_sha'.split(
    ' ',
  ),
];

const gitlabTail = (type: 'branch' | 'tag') =>
  form(
    type,
    `project_path:{group}/{project}:ref_type:${type}:ref:{${type}}`,
    `pipelines on the ${type} {${type}} of {group}/{project}`,
    `Run the pipeline of {group}/{project} on the ${type} {${type}}`,
  );

export const issuerSubjects: readonly IssuerSubjects[] = [
  row(
    'GitHub',
    isGithub,
    {
      owner: owner('owner', githubOwner, true),
      ownerId: owner('owner id', digits),
      repository: resource('repository', repositoryName, true, name => name.toLowerCase().endsWith('.git')),
      repositoryId: resource('repository id', digits),
      branch: choice('branch', refName, false, noRef),
      tag: choice('tag', refName, false, noRef),
      // Not case sensitive: GitHub Docs, managing environments for deployment.
      environment: choice('environment', freeName, true),
      value: choice('value', without('*?')),
    },
    githubHeads.flatMap(([head, repo]) =>
      githubTails.map(({ kind, template, says, how, claims }) =>
        form(kind, head + template, says.replace('{repo}', repo), how.replace('{repo}', repo), claims),
      ),
    ),
    {
      customized: [
        ...githubHeads.map(([head]) => head),
        ...[...githubKeys, 'ref:refs/heads/', 'ref:refs/tags/', 'ref:refs/pull/'].flatMap(key => {
          const pair = key.endsWith('/') ? `${key}{value}` : `${key}:{value}`;
          return [pair, ...githubHeads.map(([head]) => `${head}:${pair}`)];
        }),
        ...githubHeads.flatMap(([head]) => githubTails.map(({ template }) => `${head}${template}:{value}`)),
        ...['repo_property_', 'org_property_', 'enterprise_property_'].map(prefix => `${prefix}{value}`),
      ],
      claims: {
        repository: { of: ['owner', 'repository'], template: '{owner}/{repository}' },
        repository_id: { of: ['owner', 'ownerId', 'repository', 'repositoryId'], template: '' },
        repository_owner_id: { of: ['owner', 'ownerId'], template: '' },
        ref: { of: ['branch', 'tag'], template: '' },
        environment: { of: ['environment'], template: '{environment}' },
      },
    },
  ),
  row(
    'GitLab',
    issuer => issuer === 'gitlab.com' || issuer.startsWith('gitlab.'),
    {
      group: owner('group', character => /[\w./-]/.test(character), true),
      project: resource('project', repositoryName, true),
      branch: choice('branch', refName, false, noRef),
      tag: choice('tag', refName, false, noRef),
      value: choice('value', without('*?')),
    },
    [gitlabTail('branch'), gitlabTail('tag')],
    {
      // ci_id_token_sub_claim_components: GitLab Docs, projects API.
      customized: [
        'project_path:{group}/{project}',
        ...['ref_type', 'ref', 'environment_protected', 'deployment_tier', 'ref_protected'].map(
          name => `project_path:{group}/{project}:${name}:{value}`,
        ),
      ],
      claims: { namespace_id: { of: ['group'], template: '' }, project_id: { of: ['group', 'project'], template: '' } },
      selfHosted: true,
    },
  ),
  row(
    'Kubernetes',
    isCluster,
    { namespace: owner('namespace', kubernetesLabel), serviceAccount: resource('service account', kubernetesName) },
    [
      form(
        'service-account',
        'system:serviceaccount:{namespace}:{serviceAccount}',
        'every pod with the service account {serviceAccount} of the namespace {namespace}',
        'Run the pod with the service account {serviceAccount} in the namespace {namespace}',
      ),
    ],
    { selfHosted: true },
  ),
  row(
    'HCP Terraform',
    host('app.terraform.io'),
    {
      organization: owner('organization', freeName),
      project: resource('project', freeName),
      workspace: resource('workspace', freeName),
      stack: resource('stack', freeName),
      deployment: choice('deployment', freeName),
      phase: { ...choice('run phase', character => /[a-z]/.test(character)), variants: ['plan', 'apply'] },
    },
    [
      form(
        'run',
        'organization:{organization}:project:{project}:workspace:{workspace}:run_phase:{phase}',
        'every {phase} of the workspace {workspace} in the project {project} of {organization}',
        'Run the phase {phase} in the workspace {workspace} of the project {project}',
      ),
      // Terraform language, authenticate a Stack.
      form(
        'stack',
        'organization:{organization}:project:{project}:stack:{stack}:deployment:{deployment}:operation:{phase}',
        'every {phase} of the deployment {deployment} of the stack {stack} in the project {project} of {organization}',
        'Run the operation {phase} of the deployment {deployment} of the stack {stack} of the project {project}',
      ),
    ],
  ),
  row(
    'Buildkite',
    issuer => claimsOf(issuer)?.name === 'Buildkite',
    {
      organization: owner('organization', freeName),
      pipeline: resource('pipeline', freeName),
      ref: { ...choice('ref', without(':')), variants: ['refs/heads/{name}', 'refs/tags/{name}'] },
      name: choice('branch or tag', without(':'), false, noRef),
      commit: run('commit', without(':')),
      step: choice('step', without(':')),
      value: choice('value', without(':')),
    },
    [
      form(
        'step',
        'organization:{organization}:pipeline:{pipeline}:ref:{ref}:commit:{commit}:step:{step}',
        'the step {step} of builds of {ref} in the pipeline {pipeline} of {organization}',
        'Run the step {step} of the pipeline {pipeline} of {organization} on the branch or tag {ref}',
      ),
      form(
        'step-without-key',
        'organization:{organization}:pipeline:{pipeline}:ref:{ref}:commit:{commit}:step:',
        'steps without a key of builds of {ref} in the pipeline {pipeline} of {organization}',
        'Run a step without a key of the pipeline {pipeline} of {organization} on the branch or tag {ref}',
      ),
    ],
    { customized: ['{value}'] },
  ),
  row(
    'CircleCI',
    host('oidc.circleci.com/org/'),
    {
      organization: owner('organization', uuid, true),
      project: resource('project', uuid, true),
      // Whoever triggers the job: the same person in every run.
      user: choice('user', uuid, true),
      origin: resource('repository', without(':')),
      ref: choice('ref', without(':'), false, noName),
    },
    [
      form(
        'job',
        'org/{organization}/project/{project}/user/{user}',
        'jobs of the project {project} that the user {user} triggers',
        'Have the user {user} trigger the job in the project {project}',
      ),
      form(
        'ref',
        'org/{organization}/project/{project}/user/{user}/vcs-origin/{origin}/vcs-ref/{ref}',
        'jobs of the project {project} on {ref} of {origin} that the user {user} triggers',
        'Have the user {user} trigger the job in the project {project} on the branch or tag {ref}',
      ),
    ],
  ),
  row(
    'Bitbucket',
    host('api.bitbucket.org/2.0/workspaces/'),
    {
      repository: resource('repository', uuid, true),
      environment: choice('deployment environment', uuid, true),
      step: run('step', uuid, true),
    },
    [
      form(
        'environment',
        '{{repository}}:{{environment}}:{{step}}',
        'steps of the repository {{repository}} with the environment {{environment}}',
        'Run the step with the deployment environment {{environment}} in the repository {{repository}}',
      ),
      form(
        'step',
        '{{repository}}:{{step}}',
        'steps of the repository {{repository}}',
        'Run the step in the repository {{repository}}',
      ),
    ],
  ),
  row(
    'Vercel',
    host('oidc.vercel.com', 'oidc.vercel.com/'),
    {
      owner: owner('team'),
      project: resource('project'),
      environment: choice('environment', character => /[a-z0-9_-]/.test(character)),
    },
    [
      form(
        'environment',
        'owner:{owner}:project:{project}:environment:{environment}',
        '{environment} deployments of the project {project} of {owner}',
        'Run in the {environment} environment of the project {project}',
      ),
    ],
  ),
  row(
    'Azure DevOps',
    host('vstoken.dev.azure.com/'),
    {
      organization: owner('organization'),
      project: resource('project'),
      connection: resource('service connection', freeName),
      pipeline: resource('pipeline', freeName),
    },
    [
      form(
        'connection',
        'sc://{organization}/{project}/{connection}',
        'every pipeline that may use the service connection {connection} of {organization}/{project}',
        'Use the service connection {connection} of {organization}/{project}',
      ),
      form(
        'pipeline',
        'p://{organization}/{project}/{pipeline}',
        'runs of the pipeline {pipeline} of {organization}/{project}',
        'Run the pipeline {pipeline} of {organization}/{project}',
      ),
    ],
  ),
  row(
    'Fly.io',
    host('oidc.fly.io/'),
    { organization: owner('organization'), app: resource('app'), machine: run('machine') },
    [
      form(
        'machine',
        '{organization}:{app}:{machine}',
        'machines of the app {app} of {organization}',
        'Run it in the app {app} of {organization}',
      ),
    ],
  ),
];
