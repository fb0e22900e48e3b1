/** What was meant by subjects that an issuer never makes, where one reading is right: a pattern of the text, and the text to write. */
import { canMatchSubject, type IssuerSubjects } from '../issuer-subjects.ts';

/** `head` stands for `repo:OWNER/NAME`. A replacement with `*` works only with an operator that has wildcards. */
type Rewrite = readonly [written: RegExp, meant: string];

const head = String.raw`(repo:[^:/\s]+/[^:/\s]+)`;
const github = (tail: string, meant: string): Rewrite => [new RegExp(`^${head}${tail}$`), `$1${meant}`];

const rewrites: ReadonlyMap<string, readonly Rewrite[]> = new Map<string, readonly Rewrite[]>([
  [
    'GitHub',
    [
      github(String.raw`[/:]\*`, ':ref:refs/heads/*'),
      github('/((?:ref:refs/|environment:).+|pull_request)', ':$2'),
      github('[/:](?:ref[:/])?(?:refs/)?heads/(.+)', ':ref:refs/heads/$2'),
      github('[/:](?:ref[:/])?(?:refs/)?tags/(.+)', ':ref:refs/tags/$2'),
      github(':(?:ref|branch):([^:]+)', ':ref:refs/heads/$2'),
      github(':tag:([^:]+)', ':ref:refs/tags/$2'),
      github('[/:](main|master)', ':ref:refs/heads/$2'),
      github('[/:](?:pull[-_]?requests?|pr)', ':pull_request'),
      github('[/:](?:env|environments?)[:/]([^:]+)', ':environment:$2'),
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

/** Everything in a repository. */
const repository: Rewrite = github(String.raw`[/:]\*`, ':*');

/**
 * The subject that was meant; undefined when there is no reading, or the issuer makes no such subject. `isWhole`: `repo:OWNER/NAME/*` means
 * everything in the repository, else its branches.
 */
export function meantSubject(
  written: string,
  wildcards: boolean,
  subjects: IssuerSubjects,
  isWhole: boolean,
): string | undefined {
  const rows = rewrites.get(subjects.name) ?? [];
  for (const [pattern, replacement] of isWhole && subjects.name === 'GitHub' ? [repository, ...rows] : rows) {
    if (!pattern.test(written)) continue;
    const meant = written.replace(pattern, replacement);
    if (!wildcards && /[*?]/.test(meant)) return undefined;
    if (meant !== written && canMatchSubject(meant, wildcards, subjects, false)) return meant;
  }
  return undefined;
}
