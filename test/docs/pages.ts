/** The generated pages of docs/reference: configuration, control API, operations and errors, from their tables. */
import { readdirSync, readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { cloudTrailService } from '../../src/cloudtrail/service.ts';
import { ConfigSchema } from '../../src/config/schema.ts';
import { iamService } from '../../src/iam/service.ts';
import { controlRows } from '../../src/server/control/control-routes.ts';
import { type CheckRow, checks } from '../../src/sts/assume/checks.ts';
import { stsService } from '../../src/sts/service.ts';

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

interface Node {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly env?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly patternProperties?: Readonly<Record<string, Node>>;
}

function typeOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.map(value => code(String(value))).join(', ');
  if (node.const !== undefined) return code(JSON.stringify(node.const));
  if (node.items !== undefined)
    return `list of ${node.items.properties === undefined ? typeOf(node.items) : 'objects'}`;
  const type = [node.type ?? 'anything'].flat().join(' or ');
  return node.patternProperties === undefined ? type : 'object by name';
}

function rowsOf(node: Node, path: string): string[] {
  const inner: (readonly [string, Node, boolean])[] = [
    ...Object.entries(node.properties ?? {}).map(
      ([name, member]) => [`${path}${name}`, member, node.required?.includes(name) ?? false] as const,
    ),
    ...Object.values(node.patternProperties ?? {}).map(member => [`${path}NAME`, member, false] as const),
  ];
  return inner.flatMap(([place, member, required]) => {
    const standard =
      member.default === undefined || member.properties !== undefined
        ? required
          ? '*required*'
          : ''
        : code(JSON.stringify(member.default));
    const row = `| ${code(place)} | ${typeOf(member)} | ${standard} | ${member.env === undefined ? '' : code(member.env)} | ${cell(member.description ?? '')} |`;
    return [
      row,
      ...rowsOf(member, `${place}.`),
      ...(member.items === undefined ? [] : rowsOf(member.items, `${place}[].`)),
    ];
  });
}

/** The schema as JSON, as editors read it. */
const configuration: Node = JSON.parse(JSON.stringify(ConfigSchema));

/** docs/reference/configuration.md */
export const configurationPage = (): string => `# Configuration

This page lists the settings of \`rolecall.yaml\` or \`rolecall.json\` and the corresponding environment variables. Flags take
precedence over variables, and variables over the file. \`rolecall config check\` reports every configuration error with its line;
\`rolecall config print\` shows the effective configuration. The JSON Schema for editors is \`rolecall/rolecall.schema.json\` in the
package. \`rolecall config schema\` prints it, and the files from \`rolecall init\` refer to it. \`startRolecall()\` accepts the same object.
This page is generated from \`src/config/schema.ts\`.

| setting | type | default | variable | description |
|---|---|---|---|---|
${rowsOf(configuration, '').join('\n')}
`;

const membersOf = (schema: TSchema | undefined): string => {
  const node = schema as Node | undefined;
  return Object.keys(node?.properties ?? {})
    .map(name => code(node?.required?.includes(name) ? name : `${name}?`))
    .join(', ');
};

/** docs/reference/control-api.md */
export const controlApiPage = (): string => `# Control API

The control API is JSON under \`/_rolecall\`. The running server serves its full description at \`/_rolecall/openapi.json\` (OpenAPI
3.1). Errors are RFC 9457 problem documents with \`code\`, \`path\` (a pointer into the body) and \`suggestion\`. When
\`ROLECALL_ADMIN_TOKEN\` is set, every call except the health check requires it as a bearer token. Requests from browser pages of
other sites are rejected. This page is generated from \`src/server/control/control-routes.ts\`.

| call | description | path and query | body |
|---|---|---|---|
${controlRows
  .map(({ method, path, summary, params, query, body }) => {
    const given = [membersOf(params), membersOf(query)].filter(text => text !== '').join(', ');
    return `| ${code(`${method} /_rolecall${path.replaceAll(/:(\w+)/g, '{$1}')}`)} | ${cell(summary)} | ${given} | ${body === undefined ? '' : membersOf(body) || 'any'} |`;
  })
  .join('\n')}
`;

interface Listed {
  readonly operations: readonly { readonly name: string }[];
  readonly notEmulated?: readonly string[];
}

const names = (list: readonly string[]): string => list.toSorted().map(code).join(', ');

function section(title: string, { operations, notEmulated = [] }: Listed): string {
  const done = operations.map(({ name }) => name);
  const count = `${done.length} of ${done.length + notEmulated.length}`;
  const missing = notEmulated.length === 0 ? '' : `\n\nNot emulated: ${names(notEmulated)}.`;
  return `## ${title}: ${count}\n\n${names(done)}.${missing}`;
}

/** docs/reference/operations.md */
export const operationsPage = (): string => `# Operations

This page lists the operations of each service's model that Rolecall emulates. Other operations return an AWS-style error that says
so. AssumeRoleWithSAML always refuses, because assertion signatures are not verified yet. This page is generated from the services'
operation lists.

${section('STS', stsService)}

${section('IAM', iamService)}

## CloudTrail: ${cloudTrailService.operations.length}

${names(cloudTrailService.operations.map(({ name }) => name))}, over the calls that this server answered.
`;

const source = new URL('../../src/', import.meta.url);

/** Rows of the error catalogues: `errorRow('Code', status, …)`. */
function errorRows(): readonly string[] {
  const catalogues = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
  const rows = catalogues.flatMap(name =>
    [...readFileSync(new URL(name, source), 'utf8').matchAll(/errorRow\(\s*'([A-Za-z]+)',\s*(\d{3})\b/g)].map(
      ([, error = '', status = '']) => `| ${code(error)} | ${status} |`,
    ),
  );
  return [...new Set(rows)].toSorted();
}

/** docs/reference/checks.md */
export const checksPage = (): string => `# Checks

This page lists the checks of every operation that assumes a role, in AWS's order. The first check that refuses ends the call. Its
name is the name of the failed step in the decision. ● means that the operation has the check. Before them, AWS checks the
signature of AssumeRole and the constraints of the parameters. The console's playground and lessons run the same checks for a token
whose key and signature are valid, and a call without session policies that asks for the default duration. This page is generated from \`src/sts/assume/checks.ts\`.

| step | requires | ${Object.keys(checks[0]?.cells ?? {}).join(' | ')} |
|---|---|${Object.keys(checks[0]?.cells ?? {})
  .map(() => ':-:|')
  .join('')}
${checks.map(checkRow).join('\n')}
`;

const checkRow = ({ name, requires, cells }: CheckRow): string =>
  `| ${code(name)} | ${requires} | ${Object.values(cells)
    .map(check => (check === undefined ? '' : '●'))
    .join(' | ')} |`;

/** docs/reference/errors.md */
export const errorsPage = (): string => `# Errors

This page lists the AWS errors that Rolecall returns, by itself or as [injected faults](../guides/faults.md), with AWS's own
messages. AWS does not report which check failed. Rolecall records it in the decision: the \`x-rolecall-decision\` header contains its
id, and \`rolecall explain\` prints it. For STS's answer to each token defect, see the [table of token
defects](presets.md#token-defects). This page is generated from the catalogues in \`src\`.

| code | status |
|---|---|
${errorRows().join('\n')}
`;
