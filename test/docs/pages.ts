/** The generated pages of docs/reference: the configuration, the control API and the operations, from their tables. */
import { readdirSync, readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { cloudTrailService } from '../../src/cloudtrail/service.ts';
import { ConfigSchema } from '../../src/config/schema.ts';
import { iamService } from '../../src/iam/service.ts';
import { controlRows } from '../../src/server/control/control-routes.ts';
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
      member.default === undefined ? (required ? '*required*' : '') : code(JSON.stringify(member.default));
    const row = `| ${code(place)} | ${typeOf(member)} | ${standard} | ${member.env === undefined ? '' : code(member.env)} | ${cell(member.description ?? '')} |`;
    return [
      row,
      ...rowsOf(member, `${place}.`),
      ...(member.items === undefined ? [] : rowsOf(member.items, `${place}[].`)),
    ];
  });
}

/** The schema as editors see it. */
const configuration: Node = JSON.parse(JSON.stringify(ConfigSchema));

/** docs/reference/configuration.md */
export const configurationPage = (): string => `# Configuration

What \`rolecall.yaml\` or \`rolecall.json\` may say, and the variables that say the same. Flags stand before variables, and
variables before the file. \`rolecall config check\` names every fault with its line; \`rolecall config print\` shows what it
comes to. The JSON Schema for editors is \`rolecall/rolecall.schema.json\` in the package; \`rolecall config schema\` prints it, and
the files of \`rolecall init\` name it. \`startRolecall()\` takes the same object.
This page is generated from \`src/config/schema.ts\`.

| setting | type | default | variable | what |
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

JSON under \`/_rolecall\`. The running server describes it in full at \`/_rolecall/openapi.json\` (OpenAPI 3.1). Refusals are
RFC 9457 problems with \`code\`, \`path\` into the body, and \`suggestion\`. With \`ROLECALL_ADMIN_TOKEN\` set, every call but the
health check needs it as a bearer token. Browser pages of other sites are refused. This page is generated from
\`src/server/control/control-routes.ts\`.

| call | what | path and query | body |
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

What is emulated of each service's model. An operation that is not answers an AWS-shaped error that says so.
This page is generated from the lists of the services.

${section('STS', stsService)}

${section('IAM', iamService)}

## CloudTrail: ${cloudTrailService.operations.length}

${names(cloudTrailService.operations.map(({ name }) => name))}, over the calls this server has answered.
`;

const source = new URL('../../src/', import.meta.url);

/** Rows of the catalogues of errors: `errorRow('Code', status)`. */
function errorRows(): readonly string[] {
  const catalogues = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
  const rows = catalogues.flatMap(name =>
    [...readFileSync(new URL(name, source), 'utf8').matchAll(/errorRow\('([A-Za-z]+)', (\d{3})\)/g)].map(
      ([, error = '', status = '']) => `| ${code(error)} | ${status} |`,
    ),
  );
  return [...new Set(rows)].toSorted();
}

/** docs/reference/errors.md */
export const errorsPage = (): string => `# Errors

The errors AWS answers that Rolecall answers too, with AWS's own sentences. Which check failed is not told by AWS; it is in the
decision that the header \`x-rolecall-decision\` names, and \`rolecall explain\` prints it. What STS answers to each way in which a
token can be wrong is in the [table of faults](presets.md#token-defects). This page is generated from the catalogues in \`src\`.

| code | status |
|---|---|
${errorRows().join('\n')}
`;
