/** What was meant by subjects that an issuer never makes, where one reading is right. A `*` needs an operator that has wildcards. */

/** Everything in a repository, by what follows `repo:OWNER/NAME`. */
export const wholeRepository = [/^[/:]\*$/, ':*'] as const;

/** A pattern of the text, and what to write instead. */
export type Rewrite = readonly [written: (typeof wholeRepository)[0], meant: string];

/** What follows `repo:OWNER/NAME`. */
export const repositoryTails: readonly Rewrite[] = [
  [/^[/:]\*$/, ':ref:refs/heads/*'],
  [/^\/((?:ref:refs\/|environment:).+|pull_request)$/, ':$1'],
  [/^[/:](?:ref[:/])?(?:refs\/)?heads?\/(.+)$/, ':ref:refs/heads/$1'],
  [/^[/:](?:ref[:/])?(?:refs\/)?tags?\/(.+)$/, ':ref:refs/tags/$1'],
  [/^:(?:ref|branch):([^:]+)$/, ':ref:refs/heads/$1'],
  [/^:tag:([^:]+)$/, ':ref:refs/tags/$1'],
  [/^[/:](main|master)$/, ':ref:refs/heads/$1'],
  [/^[/:](?:pull[-_]?requests?|pr)$/, ':pull_request'],
  [/^[/:](?:env|environments?)[:/]([^:]+)$/, ':environment:$1'],
];

/** Whole subjects, by the name of the issuer's row. */
export const rewrites: ReadonlyMap<string, readonly Rewrite[]> = new Map<string, readonly Rewrite[]>([
  [
    'GitHub',
    [
      [/^(?:repo:)?(?:https?:\/\/)?github\.com\/([^:/]+\/[^:/]+?)(?:\.git)?:(.+)$/, 'repo:$1:$2'],
      [/^([\w.-]+\/[\w.-]+:(?:ref:refs\/|environment:|pull_request).*)$/, 'repo:$1'],
      [/^repo:\s+(\S.*)$/, 'repo:$1'],
    ],
  ],
  [
    'GitLab',
    [
      [/^([\w.-]+\/[\w./-]+:ref_type:(?:branch|tag):ref:.+)$/, 'project_path:$1'],
      [/^(?:repo|project):([\w.-]+\/[\w./-]+:ref_type:(?:branch|tag):ref:.+)$/, 'project_path:$1'],
    ],
  ],
  [
    'Kubernetes',
    [
      [/^(?:system:)?service-?accounts?:([a-z0-9.-]+)[:/]([a-z0-9.*?-]+)$/i, 'system:serviceaccount:$1:$2'],
      [/^([a-z0-9.-]+):([a-z0-9.-]+)$/, 'system:serviceaccount:$1:$2'],
    ],
  ],
  [
    'HCP Terraform',
    [
      [/^(organization:[^:]+:project:[^:]+:workspace:[^:]+)$/, '$1:run_phase:*'],
      // The form before projects existed; the names of workspaces are unique in an organization.
      [/^(organization:[^:]+):(workspace:[^:]+:run_phase:[^:]+)$/, '$1:project:*:$2'],
    ],
  ],
  ['CircleCI', [[/^(org\/[^/]+\/project\/[^/]+)\/?$/, '$1/user/*']]],
]);
