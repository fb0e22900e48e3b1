/** Managed policies: customer managed ones in the store, and the AWS managed policies that Rolecall includes. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeId } from '../aws/unique-id.ts';
import type { Store } from '../store/store.ts';
import { type ManagedPolicy, policies } from './model.ts';

interface Published {
  readonly arn: string;
  readonly path: string;
  readonly defaultVersionId: string;
  readonly createDate: string;
  readonly updateDate: string;
  readonly document: unknown;
}

const PREFIX = 'arn:aws:iam::aws:policy/';

let published: ReadonlyMap<string, Published> | undefined;
const awsManaged = new Map<string, ManagedPolicy>();

/** Whether an ARN is that of an AWS managed policy, included in Rolecall or not. */
export const isAwsManaged = (arn: string): boolean => arn.startsWith(PREFIX);

/** The managed policy with an ARN. Undefined when it does not exist or Rolecall does not include it. */
export function managedPolicy(arn: string, store: Store): ManagedPolicy | undefined {
  return isAwsManaged(arn) ? awsManagedPolicy(arn) : store.find(policies, arn)?.value;
}

/** All included AWS managed policies, sorted by ARN. */
export function awsManagedPolicies(): readonly ManagedPolicy[] {
  return [...catalogue().keys()].sort().flatMap(arn => awsManagedPolicy(arn) ?? []);
}

/** The default version; every managed policy has one. */
export function defaultVersion(policy: ManagedPolicy): ManagedPolicy['versions'][number] {
  const version = policy.versions.find(candidate => candidate.id === policy.defaultVersion);
  if (version === undefined) throw new Error(`${policy.arn} has no default version`);
  return version;
}

function awsManagedPolicy(arn: string): ManagedPolicy | undefined {
  const known = awsManaged.get(arn);
  if (known !== undefined) return known;
  const found = catalogue().get(arn);
  if (found === undefined) return undefined;
  const created = readPublished(found);
  awsManaged.set(arn, created);
  return created;
}

/** Loaded on first use, to keep the start fast. */
function catalogue(): ReadonlyMap<string, Published> {
  published ??= new Map(
    Object.values(
      (
        JSON.parse(readFileSync(new URL('./managed-policies.data.json', import.meta.url), 'utf8')) as {
          readonly policies: Readonly<Record<string, Published>>;
        }
      ).policies,
    ).map(policy => [policy.arn, policy]),
  );
  return published;
}

function readPublished({ arn, path, defaultVersionId, createDate, updateDate, document }: Published): ManagedPolicy {
  const createdAt = Date.parse(createDate);
  const updatedAt = Date.parse(updateDate);
  return {
    account: 'aws',
    name: arn.slice(arn.lastIndexOf('/') + 1),
    path,
    id: encodeId('ANPA', '000000000000', createHash('sha256').update(arn).digest(), 21),
    arn,
    createdAt,
    updatedAt,
    versions: [{ id: defaultVersionId, createdAt: updatedAt, text: JSON.stringify(document) }],
    defaultVersion: defaultVersionId,
    nextVersion: Number(defaultVersionId.slice(1)) + 1,
    tags: [],
  };
}
