/** Resolves unknown values of a Terraform plan that follow from names: ARNs, and documents that contain them. */
import { iamArn } from '../../aws/arn.ts';
import { defined } from '../../kernel/defined.ts';
import { recordOf } from '../../kernel/table.ts';
import { asObject, listOf, type Members, member, textOf, textsOf } from './values.ts';

export interface Planned {
  isUnknown(address: string, name: string): boolean;
  /** Members of a resource that are unknown in the plan, resolved from references to other resources. */
  resolved(address: string): Members;
}

/** Maximum length of an address; longer ones keep their keys, and no configuration is found for them. */
const MAX_ADDRESS = 2000;

/** The address in the configuration: without the keys of count and for_each. */
const plain = (address: string): string =>
  address.length > MAX_ADDRESS ? address : address.replace(/\[[^\]]*\]/g, '');

interface Known {
  readonly arn: string;
  readonly name: string;
}

/** The unknown values of `terraform show -json PLAN`; ARNs have the given account. */
export function readPlannedValues(shown: unknown, account: string): Planned {
  const changes = new Map(
    listOf(shown, 'resource_changes').map(entry => [
      textOf(entry, 'address') ?? '',
      asObject(member(entry, 'change')) ?? {},
    ]),
  );
  const expressions = new Map<string, Members>();
  collectExpressions(member(member(shown, 'configuration'), 'root_module'), '', expressions);
  const known = new Map<string, Known>();
  for (const [address, change] of changes) {
    const entity = knownEntity(address, asObject(member(change, 'after')) ?? {}, account);
    if (entity !== undefined) known.set(address, entity);
  }
  const isUnknown = (address: string, name: string): boolean =>
    member(member(changes.get(address), 'after_unknown'), name) === true;

  /** The value of a reference; `module` is the module prefix of the resource that contains it. */
  const referred = (reference: string, module: string): string | undefined => {
    const dot = reference.lastIndexOf('.');
    const entity = known.get(`${module}${reference.slice(0, dot)}`);
    const attribute = reference.slice(dot + 1);
    if (entity === undefined) return undefined;
    if (attribute === 'arn') return entity.arn;
    return attribute === 'name' || attribute === 'id' ? entity.name : undefined;
  };
  const documentAt = (address: string): string | undefined => {
    const after = asObject(member(changes.get(address), 'after'));
    if (after === undefined) return undefined;
    const module = moduleOf(address);
    return policyDocument(after, expressions.get(plain(address)), reference => referred(reference, module));
  };
  return {
    isUnknown,
    resolved(address) {
      const module = moduleOf(address);
      const found = new Map<string, string>();
      for (const [name, expression] of Object.entries(expressions.get(plain(address)) ?? {})) {
        const [reference, ...others] = textsOf(expression, 'references');
        if (reference === undefined || !isUnknown(address, name) || !isSingle(reference, others)) continue;
        const isDocument = reference.startsWith('data.aws_iam_policy_document.') && reference.endsWith('.json');
        // A text that only contains a reference looks the same, so documents are resolved from data sources only.
        const isText = name === 'policy' || name === 'assume_role_policy';
        const value = isDocument
          ? documentAt(`${module}${reference.slice(0, -'.json'.length)}`)
          : isText
            ? undefined
            : referred(reference, module);
        if (value !== undefined) found.set(name, value);
      }
      return recordOf(found);
    },
  };
}

/** Terraform lists each reference as the attribute first, then the objects that contain it. */
const isSingle = (reference: string, others: readonly string[]): boolean =>
  others.every(other => reference.startsWith(`${other}.`) || reference.startsWith(`${other}[`));

const moduleOf = (address: string): string => /^(?:module\.[^.[]+(?:\[[^\]]*\])?\.)*/.exec(address)?.[0] ?? '';

function collectExpressions(module: unknown, prefix: string, into: Map<string, Members>): void {
  for (const resource of listOf(module, 'resources')) {
    const address = textOf(resource, 'address');
    if (address !== undefined) into.set(`${prefix}${address}`, asObject(member(resource, 'expressions')) ?? {});
  }
  for (const [name, call] of Object.entries(asObject(member(module, 'module_calls')) ?? {})) {
    collectExpressions(member(call, 'module'), `${prefix}module.${name}.`, into);
  }
}

/** Terraform type and the resource type in its ARN. */
const ARN_RESOURCE_TYPES: readonly (readonly [type: string, noun: string])[] = [
  ['aws_iam_role', 'role'],
  ['aws_iam_user', 'user'],
  ['aws_iam_group', 'group'],
  ['aws_iam_policy', 'policy'],
  ['aws_iam_instance_profile', 'instance-profile'],
];

function knownEntity(address: string, after: Members, account: string): Known | undefined {
  const [type = ''] = plain(address)
    .slice(moduleOf(plain(address)).length)
    .split('.');
  const url = textOf(after, 'url');
  if (type === 'aws_iam_openid_connect_provider' && url !== undefined) {
    const arn = iamArn(account, `oidc-provider/${url.replace(/^https:\/\//, '')}`);
    return { arn, name: arn };
  }
  const resourceType = ARN_RESOURCE_TYPES.find(([known]) => known === type)?.[1];
  const name = textOf(after, 'name');
  if (resourceType === undefined || name === undefined) return undefined;
  return { arn: iamArn(account, `${resourceType}${textOf(after, 'path') ?? '/'}${name}`), name };
}

type Find = (reference: string) => string | undefined;

/** The document of an aws_iam_policy_document that is read during apply; undefined if an unknown value remains. */
function policyDocument(after: Members, expressions: Members | undefined, find: Find): string | undefined {
  if (['source_json', 'override_json'].some(name => textOf(after, name) !== undefined)) return undefined;
  const written = listOf(expressions, 'statement');
  const statements = listOf(after, 'statement').map((statement, at) => statementOf(statement, written[at], find));
  if (statements.includes(undefined)) return undefined;
  return JSON.stringify({ Version: textOf(after, 'version') ?? '2012-10-17', Statement: statements });
}

function statementOf(statement: unknown, written: unknown, find: Find): Members | undefined {
  let isWhole = true;
  const texts = (value: unknown, name: string, from: unknown): unknown => {
    const all = listOf(value, name);
    const references = textsOf(member(from, name), 'references').filter(reference => find(reference) !== undefined);
    // Fills unknown values in the order of the references; with fewer references than unknown values it is ambiguous.
    let next = 0;
    const filled = all.map(item => item ?? find(references[next++] ?? ''));
    if (filled.includes(undefined)) isWhole = false;
    return filled.length === 1 ? filled[0] : filled;
  };
  const element = (name: string, source: string): Members =>
    listOf(statement, source).length === 0 ? {} : { [name]: texts(statement, source, written) };
  const principals = (name: string, source: string): Members => {
    const from = listOf(written, source);
    const entries = listOf(statement, source).map((principal, at): [string, unknown] => [
      textOf(principal, 'type') ?? '',
      texts(principal, 'identifiers', from[at]),
    ]);
    if (entries.length === 0) return {};
    return { [name]: entries.some(([type]) => type === '*') ? '*' : recordOf(entries) };
  };
  const made = {
    ...defined({ Sid: textOf(statement, 'sid') }),
    Effect: textOf(statement, 'effect') ?? 'Allow',
    ...principals('Principal', 'principals'),
    ...principals('NotPrincipal', 'not_principals'),
    ...element('Action', 'actions'),
    ...element('NotAction', 'not_actions'),
    ...element('Resource', 'resources'),
    ...element('NotResource', 'not_resources'),
    ...conditionsOf(statement, written, texts),
  };
  return isWhole ? made : undefined;
}

function conditionsOf(
  statement: unknown,
  written: unknown,
  texts: (value: unknown, name: string, from: unknown) => unknown,
): Members {
  const operators: Record<string, Record<string, unknown>> = Object.create(null);
  const from = listOf(written, 'condition');
  for (const [at, condition] of listOf(statement, 'condition').entries()) {
    const [test, variable] = [textOf(condition, 'test') ?? '', textOf(condition, 'variable') ?? ''];
    operators[test] = { ...operators[test], [variable]: texts(condition, 'values', from[at]) };
  }
  return Object.keys(operators).length === 0 ? {} : { Condition: operators };
}
