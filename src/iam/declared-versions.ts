/** Versions of a managed policy with their declared ids: IAM operations number them v1, v2, … without gaps. */

import { nameKey, policies } from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { validationError } from '../aws/error.ts';
import type { PolicySettings } from '../config/accounts.ts';
import { type Change, put } from '../store/store.ts';
import { noSuchEntity } from './errors.ts';

type VersionSettings = NonNullable<PolicySettings['versions']>[number];

const numberOf = (id: string): number => Number(id.slice(1));

/**
 * Gives the versions of a policy, created in the order of the declaration, their declared ids. The next version gets the
 * number after the highest. Without a `default` the highest is the default version. Throws AwsError for duplicate ids and
 * for two defaults.
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
  if (defaults.length > 1) throw validationError('only one version can be the default');
  const highest = declared.toSorted((one, other) => numberOf(other.id) - numberOf(one.id))[0];
  const created = value.versions.toSorted((one, other) => numberOf(one.id) - numberOf(other.id));
  const versions = created
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
