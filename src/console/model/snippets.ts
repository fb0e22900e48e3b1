/** The snippets that the playground exports: the same calls for curl, the AWS CLI and Terraform. */
import { builtInProvider } from '../../policy/web-identity/token.ts';
import { ACCOUNT, accountOf, clientIdsOf, type Setup } from './setup.ts';

interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** Quotes a text as one shell word. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Escapes `${` and `%{`, which start a template in Terraform. */
const escapeTemplates = (text: string): string => text.replace(/[$%](?=\{)/g, sign => sign + sign);

/** Quotes a text as a Terraform string. */
const hcl = (text: string): string =>
  escapeTemplates(JSON.stringify(text).replace(/\\([bf])/g, (_, letter) => escapes.get(letter) ?? ''));
/** JSON escapes that Terraform does not support. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\\u0008'],
  ['f', '\\u000c'],
]);

/** A multi-line text as a heredoc; a text that contains the end marker becomes a quoted string. */
const heredoc = (text: string): string =>
  text.split('\n').some(line => line.trim() === 'JSON')
    ? hcl(text)
    : [
        '<<-JSON',
        ...escapeTemplates(text)
          .split('\n')
          .map(line => `    ${line}`),
        '  JSON',
      ].join('\n');

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
/** `/teams/` of `role/teams/deploy`; undefined for the usual `/`. */
const pathOf = (arn: string): string | undefined => /:role(\/.+\/)[^/]*$/.exec(arn)?.[1];

/** Access key ID of the administrator of the role's account. */
function administratorOf(arn: string): string {
  const account = accountOf(arn);
  return account !== ACCOUNT && /^\d{12}$/.test(account) ? account : 'test';
}

/** One Query protocol call, signed with `key` if given. */
function curlOf(origin: string, fields: readonly (readonly [string, string | undefined])[], key?: string): string {
  const signed = key === undefined ? [] : [`  --user ${key}:test --aws-sigv4 aws:amz:us-east-1:iam`];
  const given = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`  --data-urlencode ${name}=${quoted(value)}`],
  );
  return [`curl ${quoted(origin)}`, ...signed, ...given].join(' \\\n');
}

/** AWS has some providers built in: a role trusts them by name, without an OIDC provider in IAM. */
const needsProvider = (iss: string): boolean => builtInProvider(iss) === undefined;

const createComment = (iss: string): string =>
  needsProvider(iss) ? '# create the provider and the role (run once)' : '# create the role (run once)';

function curlSnippet(setup: Setup, token: string, iss: string, origin: string): string {
  const { roleArn, sessionName, policy } = setup;
  const key = administratorOf(roleArn);
  const iam = ['Version', '2010-05-08'] as const;
  const ids = clientIdsOf(setup).map((id, at) => [`ClientIDList.member.${at + 1}`, id] as const);
  return [
    createComment(iss),
    ...(needsProvider(iss)
      ? [curlOf(origin, [['Action', 'CreateOpenIDConnectProvider'], iam, ['Url', iss], ...ids], key)]
      : []),
    curlOf(
      origin,
      [
        ['Action', 'CreateRole'],
        iam,
        ['RoleName', nameOf(roleArn)],
        ['Path', pathOf(roleArn)],
        ['AssumeRolePolicyDocument', policy],
      ],
      key,
    ),
    '# the call of the job: unsigned, because the token authenticates it',
    curlOf(origin, [
      ['Action', 'AssumeRoleWithWebIdentity'],
      ['Version', '2011-06-15'],
      ['RoleArn', roleArn],
      ['RoleSessionName', sessionName],
      ['WebIdentityToken', token],
    ]),
  ].join('\n');
}

function cliSnippet(setup: Setup, token: string, iss: string, origin: string): string {
  const { roleArn, sessionName, policy } = setup;
  const ids = clientIdsOf(setup);
  const path = pathOf(roleArn);
  const command = (...words: readonly string[]): string => words.filter(word => word !== '').join(' \\\n  ');
  return [
    `export AWS_ENDPOINT_URL_STS=${quoted(origin)} AWS_ENDPOINT_URL_IAM=${quoted(origin)}`,
    `export AWS_ACCESS_KEY_ID=${administratorOf(roleArn)} AWS_SECRET_ACCESS_KEY=test`,
    'export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1',
    '',
    createComment(iss),
    ...(needsProvider(iss)
      ? [
          command(
            `aws iam create-open-id-connect-provider --url ${quoted(iss)}`,
            ids.length === 0 ? '' : `--client-id-list ${ids.map(quoted).join(' ')}`,
          ),
        ]
      : []),
    command(
      `aws iam create-role --role-name ${quoted(nameOf(roleArn))}`,
      path === undefined ? '' : `--path ${quoted(path)}`,
      `--assume-role-policy-document ${quoted(policy)}`,
    ),
    '# the call of the job',
    command(
      `aws sts assume-role-with-web-identity --role-arn ${quoted(roleArn)}`,
      `--role-session-name ${quoted(sessionName)}`,
      `--web-identity-token ${quoted(token)}`,
    ),
  ].join('\n');
}

export function snippetsOf(setup: Setup, token: string, iss: string, origin: string): readonly Snippet[] {
  const { roleArn, policy } = setup;
  const path = pathOf(roleArn);
  return [
    { id: 'token', title: 'Token', text: token },
    { id: 'policy', title: 'Policy', text: policy },
    { id: 'curl', title: 'curl', text: curlSnippet(setup, token, iss, origin) },
    { id: 'cli', title: 'AWS CLI', text: cliSnippet(setup, token, iss, origin) },
    {
      id: 'terraform',
      title: 'Terraform',
      text: [
        'provider "aws" {',
        '  region     = "us-east-1"',
        `  access_key = ${hcl(administratorOf(roleArn))}`,
        '  secret_key = "test"',
        '  endpoints {',
        `    iam = ${hcl(origin)}`,
        `    sts = ${hcl(origin)}`,
        '  }',
        '}',
        '',
        ...(needsProvider(iss)
          ? [
              `resource "aws_iam_openid_connect_provider" "issuer" {`,
              `  url            = ${hcl(iss)}`,
              `  client_id_list = [${clientIdsOf(setup).map(hcl).join(', ')}]`,
              '}',
              '',
            ]
          : []),
        `resource "aws_iam_role" "role" {`,
        `  name               = ${hcl(nameOf(roleArn))}`,
        ...(path === undefined ? [] : [`  path               = ${hcl(path)}`]),
        `  assume_role_policy = ${heredoc(policy)}`,
        '}',
      ].join('\n'),
    },
  ];
}
