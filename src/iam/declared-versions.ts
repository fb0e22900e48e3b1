/** Versions of a managed policy under their declared ids: calls of IAM number them v1, v2, … without gaps. */

import { nameKey, policies } from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { validationError } from '../aws/error.ts';
import type { PolicySettings } from '../config/accounts.ts';
import { type Change, put } from '../store/store.ts';
import { noSuchEntity } from './errors.ts';

type VersionSettings = NonNullable<PolicySettings['versions']>[number];

const numberOf = (id: string): number => Number(id.slice(1));

/**
 * The policy, whose versions were made in the order of the declaration, with the declared ids. The next version gets
 * the number after the highest. Without a `default` the highest is in force. Throws AwsError for two of one id or two
 * defaults.
 */
export function withDeclaredVersions(
  arn: string,
  declared: readonly VersionSettings[],
  { store }: IamDeps,
): readonly Change[] {
  const found = store.find(policies, arn);
  if (found === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  const { value, version } = found;
  const ids = declared.map(one => one.id);
  if (new Set(ids).size !== ids.length) throw validationError('two versions have the same id');
  const defaults = declared.filter(one => one.default === true);
  if (defaults.length > 1) throw validationError('one version alone is the default');
  const highest = declared.toSorted((one, other) => numberOf(other.id) - numberOf(one.id))[0];
  const made = value.versions.toSorted((one, other) => numberOf(one.id) - numberOf(other.id));
  const versions = made
    .map((one, at) => ({ ...one, id: ids[at] ?? one.id }))
    .sort((one, other) => numberOf(one.id) - numberOf(other.id));
  const changed = {
    ...value,
    versions,
    defaultVersion: (defaults[0] ?? highest)?.id ?? value.defaultVersion,
    nextVersion: numberOf(highest?.id ?? 'v1') + 1,
  };
  return [put(policies, nameKey(value.account, value.name), changed, version)];
}
