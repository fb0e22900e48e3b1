/** Resolves the parameters, resources and conditions of a template by name, each once; circular references are undefined. */
import { iamArn } from '../../aws/arn.ts';
import { toText } from '../../kernel/table.ts';
import { ARN_BY_REF, ARN_RESOURCE_TYPES, NAME_PROPERTIES, placeholderArn } from './cloudformation-types.ts';
import type { Draft } from './draft.ts';
import { evaluateCondition, resolve, type Scope } from './intrinsics.ts';
import { asText, type Members, member, textOf } from './values.ts';

const PSEUDO = new Map([
  ['AWS::Partition', 'aws'],
  ['AWS::Region', 'us-east-1'],
  ['AWS::URLSuffix', 'amazonaws.com'],
]);

/** The scope in which one resource of the template is resolved; unresolved values are reported for that resource. */
export function createScope(template: unknown, resources: Members, draft: Draft, id: string, stack: string): Scope {
  const parameters = member(template, 'Parameters');
  const conditions = member(template, 'Conditions');
  const onCircularReference = (name: string): void =>
    draft.skip(id, `${name} refers to itself, or its chain of references is too long`);
  const conditionOnce = once<boolean>(onCircularReference);
  const nameOnce = once<string>(onCircularReference);
  const arnOnce = once<string>(onCircularReference);
  const scope: Scope = {
    ref(name) {
      if (name === 'AWS::AccountId') return draft.fallbackAccount;
      if (name === 'AWS::StackName') return stack;
      const pseudo = PSEUDO.get(name);
      if (pseudo !== undefined) return pseudo;
      const parameter = member(parameters, name);
      if (parameter !== undefined) return defaultOf(parameter);
      const resource = member(resources, name);
      if (resource === undefined) return undefined;
      const type = textOf(resource, 'Type') ?? '';
      return ARN_BY_REF.has(type)
        ? (arnOnce(name, () => arnOf(name, resource)) ?? foreign(name, type, placeholderArn(name, type)))
        : (nameOf(name, resource) ?? foreign(name, type, name));
    },
    attribute(name, attribute) {
      const resource = member(resources, name);
      if (resource === undefined) return undefined;
      const type = textOf(resource, 'Type') ?? '';
      if (attribute.endsWith('Arn'))
        return arnOnce(name, () => arnOf(name, resource)) ?? foreign(name, type, placeholderArn(name, type));
      return foreign(name, type, name);
    },
    condition(name) {
      return conditionOnce(name, () => evaluateCondition(member(conditions, name), scope)) ?? false;
    },
    mapping: (map, key, name) => member(member(member(member(template, 'Mappings'), map), key), name),
    unresolved: why => draft.skip(id, why),
  };
  const nameOf = (logical: string, resource: unknown): string | undefined => {
    const nameMember = NAME_PROPERTIES.get(textOf(resource, 'Type') ?? '');
    if (nameMember === undefined) return undefined;
    const written = member(member(resource, 'Properties'), nameMember);
    return nameOnce(logical, () => asText(resolve(written, scope))) ?? `${stack}-${logical}`;
  };
  const arnOf = (logical: string, resource: unknown): string | undefined => {
    const type = textOf(resource, 'Type') ?? '';
    const properties = member(resource, 'Properties');
    if (type === 'AWS::IAM::OIDCProvider') {
      const url = toText(resolve(member(properties, 'Url'), scope));
      return iamArn(draft.fallbackAccount, `oidc-provider/${url.replace(/^https:\/\//, '')}`);
    }
    const resourceType = ARN_RESOURCE_TYPES.get(type);
    const path = asText(resolve(member(properties, 'Path'), scope)) ?? '/';
    return resourceType === undefined
      ? undefined
      : iamArn(draft.fallbackAccount, `${resourceType}${path}${nameOf(logical, resource)}`);
  };
  const foreign = (logical: string, type: string, placeholder: string): string => {
    draft.skip(
      id,
      `${logical} is of type ${type}: its name is not known before deployment, "${placeholder}" is used instead`,
    );
    return placeholder;
  };
  return scope;
}

/** Maximum length of a chain of references. */
const MAX_CHAIN = 64;

/** Resolves each name once; returns undefined for a circular reference or a chain that is too long. */
function once<T>(
  onCircularReference: (name: string) => void,
): (name: string, work: () => T | undefined) => T | undefined {
  const known = new Map<string, T | undefined>();
  const open = new Set<string>();
  return (name, work) => {
    if (known.has(name)) return known.get(name);
    if (open.has(name) || open.size >= MAX_CHAIN) {
      onCircularReference(name);
      return undefined;
    }
    open.add(name);
    const value = work();
    open.delete(name);
    known.set(name, value);
    return value;
  };
}

function defaultOf(parameter: unknown): unknown {
  const value = member(parameter, 'Default');
  const isList = textOf(parameter, 'Type')?.includes('List') === true;
  return isList && typeof value === 'string' ? value.split(',').map(item => item.trim()) : value;
}
