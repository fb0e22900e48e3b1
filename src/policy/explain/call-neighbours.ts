/** Calls that are near a call: the same caller with other parameters, for another resource, or with other facts about it. */
import { splitArn } from '../../aws/arn.ts';
import type { EvaluationRequest } from '../decision.ts';
import { issuerKey } from '../provider-claims.ts';
import { parseAddress } from '../values.ts';
import { callerIssuer } from './key-roles.ts';
import { another, type Neighbour, OTHER_ACCOUNT, toOtherAccount, withKeys } from './neighbour.ts';

/** How calls with another value of a key are told; `{name}` is the name after a slash. Others: "calls with another value of …". */
const words: readonly (readonly [key: string, says: string])[] = [
  ['sts:rolesessionname', 'every other session name'],
  ['sts:externalid', 'callers with another ExternalId'],
  ['aws:sourcearn', 'the service, for another resource'],
  ['aws:sourceip', 'calls from another address'],
  ['aws:principaltag/', 'callers whose tag {name} has another value'],
  ['aws:requesttag/', 'calls whose tag {name} has another value'],
  ['aws:resourcetag/', 'calls for resources whose tag {name} has another value'],
  ['aws:sourcevpce', 'calls through another VPC endpoint'],
  ['aws:sourcevpc', 'calls from another VPC'],
  ['aws:sourceidentity', 'sessions with another source identity'],
];

/** Keys that follow from the caller (principal-neighbours.ts), that have no kinds, or that the clock sets. */
const withoutOthers =
  /^aws:(?:principal(?:arn|account|type|orgid|orgpaths|isawsservice|servicename|servicenameslist)|userid|username|sourceaccount|sourceorgid|currenttime|epochtime|tokenissuetime|securetransport|viaawsservice|multifactorauth.*)$|^kms:calleraccount$/;

/** Another value of the same type. */
function otherValue(value: string): string {
  if (parseAddress(value)?.length === 4) return value.replace(/\d+$/, last => String((Number(last) + 1) % 256));
  return another(value);
}

/** The same caller with other parameters, and other actions and resources of the same service. */
export function callNeighbours(request: EvaluationRequest): readonly Neighbour[] {
  const { action, resource } = request;
  const found: Neighbour[] = [...keyNeighbours(request), ...sourceNeighbours(request)];
  const service = action.slice(0, action.indexOf(':'));
  found.push({
    who: `other actions of ${service}`,
    stranger: false,
    element: 'Action',
    request: { ...request, action: `${action}Other` },
  });
  if (splitArn(resource) !== undefined) {
    found.push({
      who: `other resources (such as ${resource}-2)`,
      stranger: false,
      element: 'Resource',
      request: { ...request, resource: `${resource}-2` },
    });
  }
  return found;
}

/** The call with another value of each key, and without a key that the caller chooses to send. */
function keyNeighbours(request: EvaluationRequest): readonly Neighbour[] {
  const issuer = callerIssuer(request);
  const found: Neighbour[] = [];
  for (const [key, value] of request.context) {
    if (typeof value !== 'string' || withoutOthers.test(key) || issuerKey(key, issuer === undefined ? [] : [issuer]))
      continue;
    const row = words.find(([name]) => (name.endsWith('/') ? key.startsWith(name) : key === name));
    const says = (row?.[1] ?? `calls with another value of ${key}`).replace('{name}', () => key.slice(row?.[0].length));
    const other = otherValue(value);
    const told =
      key === 'sts:externalid' || key === 'sts:rolesessionname' ? says : `${says} (such as ${JSON.stringify(other)})`;
    found.push({ who: told, stranger: false, key, request: withKeys(request, { [key]: other }) });
  }
  if (request.context.has('sts:externalid'))
    found.push({
      who: 'callers without an ExternalId',
      stranger: false,
      key: 'sts:externalid',
      request: withKeys(request, { 'sts:externalid': null }),
    });
  return found;
}

/** A service that acts for somebody else, in no organization of the caller: the reason for which policies name the source. */
function sourceNeighbours(request: EvaluationRequest): readonly Neighbour[] {
  const { principal, context } = request;
  const [arn, account] = [context.get('aws:sourcearn'), context.get('aws:sourceaccount')];
  if (principal.type !== 'service' || (typeof arn !== 'string' && typeof account !== 'string')) return [];
  const isGlobal = typeof arn === 'string' && toOtherAccount(arn) === arn;
  const keys = {
    ...(typeof arn === 'string'
      ? { 'aws:sourcearn': isGlobal ? `${arn}-of-another-account` : toOtherAccount(arn) }
      : {}),
    ...(typeof account === 'string' ? { 'aws:sourceaccount': OTHER_ACCOUNT } : {}),
    ...(context.has('aws:sourceorgid') ? { 'aws:sourceorgid': null } : {}),
    ...(context.has('aws:sourceorgpaths') ? { 'aws:sourceorgpaths': null } : {}),
  };
  return [
    {
      who: `${principal.service}, for a resource of another account (${OTHER_ACCOUNT})`,
      stranger: true,
      request: withKeys(request, keys),
    },
  ];
}
