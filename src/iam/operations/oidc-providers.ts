/** Operations for OpenID Connect providers: registered issuers, their client IDs and thumbprints. */

import { oidcProviderArn } from '../../accounts/arns.ts';
import { type OidcProvider, oidcProviderKey, oidcProviders } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { SignedCall, Target } from '../../aws/operation.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { entityAlreadyExists, invalidInput, quotaExceeded } from '../errors.ts';
import { oidcProviderNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { parseProviderUrl } from '../provider-url.ts';
import { openIdConnectProviderListEntryShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { oidcProvider, withTagPermission } from '../targets.ts';

/** Maximum client IDs of one provider (IAM User Guide, reference_iam-quotas). */
const CLIENT_IDS = 100;

export const oidcProviderOperations = [
  operation({
    name: 'CreateOpenIDConnectProvider',
    auth: 'signed',
    input: struct('CreateOpenIDConnectProviderRequest', {
      Url: member.providerUrl,
      ClientIDList: optional(list(member.clientId)),
      ThumbprintList: optional(list(member.thumbprint)),
      Tags: optional(member.tagList),
    }),
    output: struct('CreateOpenIDConnectProviderResponse', {
      OpenIDConnectProviderArn: optional(member.arn),
      Tags: optional(member.tagList),
    }),
    target(input, { caller }) {
      const resource = oidcProviderArn(caller.account, input.Url.replace(/^https?:\/\//, ''));
      const created = { resource, context: requestTagKeys(input.Tags) };
      return withTagPermission(input.Tags, created, 'iam:TagOpenIDConnectProvider');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { url, issuer } = parseProviderUrl(input.Url, deps.settings.providerUrls);
      const tags = withTags([], input.Tags ?? [], 'kept');
      const clientIds = checkedClientIds(input.ClientIDList ?? []);
      const provider: OidcProvider = {
        account,
        arn: oidcProviderArn(account, url),
        url,
        issuer,
        clientIds,
        thumbprints:
          input.ThumbprintList === undefined
            ? servedThumbprint(issuer, deps)
            : checkedThumbprints(input.ThumbprintList),
        createdAt: now,
        tags,
      };
      const taken = () => entityAlreadyExists(`Provider with url ${issuer} already exists.`);
      const key = oidcProviderKey(provider);
      if (deps.store.get(oidcProviders, key) !== undefined) throw taken();
      await commitChanges(deps.store, [put(oidcProviders, key, provider, 0)], taken);
      return {
        OpenIDConnectProviderArn: provider.arn,
        ...(input.Tags === undefined || input.Tags.length === 0 ? {} : { Tags: input.Tags }),
      };
    },
  }),

  operation({
    name: 'GetOpenIDConnectProvider',
    auth: 'signed',
    input: struct('GetOpenIDConnectProviderRequest', { OpenIDConnectProviderArn: member.arn }),
    output: struct('GetOpenIDConnectProviderResponse', {
      Url: optional(member.providerUrl),
      ClientIDList: optional(list(member.clientId)),
      ThumbprintList: optional(list(member.thumbprint)),
      CreateDate: optional(member.date),
      Tags: optional(member.tagList),
    }),
    target,
    handle(input, _call, { store }) {
      const { url, clientIds, thumbprints, createdAt, tags } = oidcProviderNamed(
        input.OpenIDConnectProviderArn,
        store,
      ).value;
      return {
        Url: url,
        ClientIDList: [...clientIds],
        ThumbprintList: [...thumbprints],
        CreateDate: createdAt,
        Tags: [...tags],
      };
    },
  }),

  operation({
    name: 'ListOpenIDConnectProviders',
    auth: 'signed',
    input: struct('ListOpenIDConnectProvidersRequest', {}),
    output: struct('ListOpenIDConnectProvidersResponse', {
      OpenIDConnectProviderList: optional(list(openIdConnectProviderListEntryShape)),
    }),
    target: (_input, { caller }) => ({ resource: oidcProviderArn(caller.account, '*') }),
    handle(_input, { caller }, { store }) {
      const all = store.list(oidcProviders, `${caller.account}/`);
      return { OpenIDConnectProviderList: all.map(({ value }) => ({ Arn: value.arn })) };
    },
  }),

  operation({
    name: 'DeleteOpenIDConnectProvider',
    auth: 'signed',
    input: struct('DeleteOpenIDConnectProviderRequest', { OpenIDConnectProviderArn: member.arn }),
    target,
    async handle(input, _call, { store }) {
      const notFoundMessage = (requested: string) => `OpenId connect Provider ${requested} cannot be found.`;
      const { value, version } = oidcProviderNamed(input.OpenIDConnectProviderArn, store, notFoundMessage);
      await commitChanges(store, [remove(oidcProviders, oidcProviderKey(value), version)]);
      return {};
    },
  }),

  operation({
    name: 'AddClientIDToOpenIDConnectProvider',
    auth: 'signed',
    input: struct('AddClientIDToOpenIDConnectProviderRequest', {
      OpenIDConnectProviderArn: member.arn,
      ClientID: member.clientId,
    }),
    target,
    handle: (input, _call, deps) =>
      change(input.OpenIDConnectProviderArn, deps, ({ clientIds }) => ({
        clientIds: checkedClientIds([...clientIds, input.ClientID]),
      })),
  }),

  operation({
    name: 'RemoveClientIDFromOpenIDConnectProvider',
    auth: 'signed',
    input: struct('RemoveClientIDFromOpenIDConnectProviderRequest', {
      OpenIDConnectProviderArn: member.arn,
      ClientID: member.clientId,
    }),
    target,
    handle: (input, _call, deps) =>
      change(input.OpenIDConnectProviderArn, deps, ({ clientIds }) => ({
        clientIds: clientIds.filter(id => id !== input.ClientID),
      })),
  }),

  operation({
    name: 'UpdateOpenIDConnectProviderThumbprint',
    auth: 'signed',
    input: struct('UpdateOpenIDConnectProviderThumbprintRequest', {
      OpenIDConnectProviderArn: member.arn,
      ThumbprintList: list(member.thumbprint),
    }),
    target,
    handle: (input, _call, deps) =>
      change(input.OpenIDConnectProviderArn, deps, () => ({ thumbprints: checkedThumbprints(input.ThumbprintList) })),
  }),
];

function target(input: { readonly OpenIDConnectProviderArn: string }, call: SignedCall<Caller>, deps: IamDeps): Target {
  return oidcProvider(input.OpenIDConnectProviderArn, call, deps);
}

async function change(
  requested: string,
  { store }: IamDeps,
  alter: (provider: OidcProvider) => Partial<OidcProvider>,
): Promise<Record<never, never>> {
  const { value, version } = oidcProviderNamed(requested, store);
  await commitChanges(store, [put(oidcProviders, oidcProviderKey(value), { ...value, ...alter(value) }, version)]);
  return {};
}

/** The client IDs without duplicates, in the given order. */
function checkedClientIds(ids: readonly string[]): readonly string[] {
  const unique = [...new Set(ids)];
  if (unique.length > CLIENT_IDS) throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', CLIENT_IDS);
  return unique;
}

/** The thumbprints in lower case; AWS keeps duplicates and does not require hexadecimal digits. */
function checkedThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length === 0) throw invalidInput('Thumbprint list must contain at least one entry.');
  if (thumbprints.length > 5) throw invalidInput('Thumbprint list must contain fewer than 5 entries.');
  return thumbprints.map(one => one.toLowerCase());
}

/** Default thumbprints when the list is omitted: AWS then retrieves the issuer's certificate. */
function servedThumbprint(issuer: string, deps: IamDeps): readonly string[] {
  const served = deps.thumbprintOf?.(issuer);
  return served === undefined ? [] : [served];
}
