/** Patterns that begin a name, and match longer ones: `role/deploy*` and `role/deploy-evil`. */
import { splitArn } from '../../../aws/arn.ts';

/**
 * Patterns for the name alone with which a pattern begins a longer name of the text, and for what is under it: `role/team` and
 * `role/team/*` for `role/team*` and `role/team-evil/app`. Undefined where the star cuts no name: `app-*` means all of a family.
 */
export function closedNames(pattern: string, text: string): readonly string[] | undefined {
  const star = pattern.indexOf('*');
  const begin = pattern.slice(0, star);
  const end = text.slice(begin.length);
  if (star === -1 || !text.startsWith(begin) || !/[a-z0-9]$/i.test(begin) || !/^[^:/]/.test(end)) return undefined;
  const delimiter = /[:/]/.exec(end)?.[0] ?? '';
  const rest = pattern.slice(star + 1);
  if (rest !== '') return delimiter !== '' && rest.startsWith(delimiter) ? [begin + rest] : undefined;
  return delimiter === '' ? [begin] : [begin, `${begin}${delimiter}*`];
}

/** Services whose ARNs have the name of the resource without its type. */
const untyped: ReadonlySet<string> = new Set(['s3', 'sns', 'sqs']);

/** `closedNames` of ARNs, where the star cuts the name of the resource; a bucket has objects. */
export function closedArns(pattern: string, arn: string): readonly string[] | undefined {
  const service = splitArn(pattern)?.[2] ?? '';
  // A star in the region or account cuts no name.
  const resource = splitArn(pattern.slice(0, pattern.indexOf('*')))?.[5];
  if (resource === undefined || (!untyped.has(service) && !/[:/]/.test(resource))) return undefined;
  const names = closedNames(pattern, arn);
  const isBucket = service === 's3' && names?.length === 1 && !resource.includes('/') && /^[^*]*\*$/.test(pattern);
  return isBucket ? [...names, ...names.map(name => `${name}/*`)] : names;
}
