/** What the playground copies out: the same handshake for a terminal, the AWS CLI and Terraform. */
import type { Setup } from './setup.ts';

export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** One shell word, whatever it holds. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const clients = (setup: Setup): readonly string[] =>
  setup.clientIds
    .split(',')
    .map(id => id.trim())
    .filter(id => id !== '');

/** `${` and `%{` would begin a template in Terraform. */
const untemplated = (text: string): string => text.replace(/[$%](?=\{)/g, sign => sign + sign);

/** A Terraform string. */
const hcl = (text: string): string =>
  untemplated(JSON.stringify(text).replace(/\\([bf])/g, (_, letter) => escapes[letter] ?? ''));
/** What JSON writes short and Terraform does not know. */
const escapes: Readonly<Record<string, string>> = { b: '\\u0008', f: '\\u000c' };

/** A text of several lines; one that holds the end mark is written as a string. */
const heredoc = (text: string): string =>
  text.split('\n').some(line => line.trim() === 'JSON')
    ? hcl(text)
    : [
        '<<-JSON',
        ...untemplated(text)
          .split('\n')
          .map(line => `    ${line}`),
        '  JSON',
      ].join('\n');

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export function snippetsOf(setup: Setup, token: string, iss: string, origin: string): readonly Snippet[] {
  const { roleArn, sessionName, policy } = setup;
  return [
    { id: 'token', title: 'Token', text: token },
    { id: 'policy', title: 'Policy', text: policy },
    {
      id: 'curl',
      title: 'curl',
      text: [
        `curl ${quoted(origin)} \\`,
        `  --data-urlencode Action=AssumeRoleWithWebIdentity \\`,
        `  --data-urlencode Version=2011-06-15 \\`,
        `  --data-urlencode RoleArn=${quoted(roleArn)} \\`,
        `  --data-urlencode RoleSessionName=${quoted(sessionName)} \\`,
        `  --data-urlencode WebIdentityToken=${quoted(token)}`,
      ].join('\n'),
    },
    {
      id: 'cli',
      title: 'AWS CLI',
      text: [
        `export AWS_ENDPOINT_URL_STS=${quoted(origin)} AWS_ENDPOINT_URL_IAM=${quoted(origin)}`,
        'export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1',
        '',
        `aws iam create-open-id-connect-provider --url ${quoted(iss)} \\`,
        `  --client-id-list ${clients(setup).map(quoted).join(' ')}`,
        `aws iam create-role --role-name ${quoted(nameOf(roleArn))} \\`,
        `  --assume-role-policy-document ${quoted(policy)}`,
        `aws sts assume-role-with-web-identity --role-arn ${quoted(roleArn)} \\`,
        `  --role-session-name ${quoted(sessionName)} \\`,
        `  --web-identity-token ${quoted(token)}`,
      ].join('\n'),
    },
    {
      id: 'terraform',
      title: 'Terraform',
      text: [
        'provider "aws" {',
        '  region     = "us-east-1"',
        '  access_key = "test"',
        '  secret_key = "test"',
        '  endpoints {',
        `    iam = ${hcl(origin)}`,
        `    sts = ${hcl(origin)}`,
        '  }',
        '}',
        '',
        `resource "aws_iam_openid_connect_provider" "issuer" {`,
        `  url            = ${hcl(iss)}`,
        `  client_id_list = [${clients(setup).map(hcl).join(', ')}]`,
        '}',
        '',
        `resource "aws_iam_role" "role" {`,
        `  name               = ${hcl(nameOf(roleArn))}`,
        `  assume_role_policy = ${heredoc(policy)}`,
        '}',
      ].join('\n'),
    },
  ];
}
