/** Operations for OpenID Connect providers: registered issuers, their client IDs and thumbprints. */

import { type OidcProvider, oidcProviders } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import type { Caller } from '../../authorization/principals.ts';
import { iamArn, parseArn } from '../../aws/arn.ts';
import { validationError } from '../../aws/error.ts';
import type { SignedCall, Target } from '../../aws/operation.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove, type Store, type Versioned } from '../../store/store.ts';
import { entityAlreadyExists, invalidInput, noSuchEntity, quotaExceeded } from '../errors.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { readProviderUrl } from '../provider-url.ts';
import { save } from '../save.ts';
import { openIdConnectProviderListEntryShape } from '../shapes.ts';
import { requestTagKeys, resourceTagKeys, withoutTags, withTags } from '../tags.ts';
import { withTagPermission } from '../targets.ts';

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
      const resource = iamArn(caller.account, `oidc-provider/${input.Url.replace(/^https?:\/\//, '')}`);
      const made = { resource, context: requestTagKeys(input.Tags) };
      return withTagPermission(input.Tags, made, 'iam:TagOpenIDConnectProvider');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { url, issuer } = readProviderUrl(input.Url, deps.settings.providerUrls);
      const tags = withTags([], input.Tags ?? [], 'kept');
      const clientIds = checkedClientIds(input.ClientIDList ?? []);
      const provider: OidcProvider = {
        account,
        arn: iamArn(account, `oidc-provider/${url}`),
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
      const taken = entityAlreadyExists(`Provider with url ${issuer} already exists.`);
      const key = `${account}/${url}`;
      if (deps.store.get(oidcProviders, key) !== undefined) throw taken;
      await save(deps.store, [put(oidcProviders, key, provider, 0)], taken);
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
      const { url, clientIds, thumbprints, createdAt, tags } = providerOf(input.OpenIDConnectProviderArn, store).value;
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
    target: (_input, { caller }) => ({ resource: iamArn(caller.account, 'oidc-provider/*') }),
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
      const gone = (wanted: string) => `OpenId connect Provider ${wanted} cannot be found.`;
      const { value, version } = providerOf(input.OpenIDConnectProviderArn, store, gone);
      await save(store, [remove(oidcProviders, keyOf(value), version)]);
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

  operation({
    name: 'TagOpenIDConnectProvider',
    auth: 'signed',
    input: struct('TagOpenIDConnectProviderRequest', { OpenIDConnectProviderArn: member.arn, Tags: member.tagList }),
    target: (input, call, deps) => target(input, call, deps, requestTagKeys(input.Tags)),
    handle: (input, _call, deps) =>
      change(input.OpenIDConnectProviderArn, deps, ({ tags }) => ({ tags: withTags(tags, input.Tags, 'kept') })),
  }),

  operation({
    name: 'UntagOpenIDConnectProvider',
    auth: 'signed',
    input: struct('UntagOpenIDConnectProviderRequest', {
      OpenIDConnectProviderArn: member.arn,
      TagKeys: member.tagKeyList,
    }),
    target: (input, call, deps) => target(input, call, deps, requestTagKeys(undefined, input.TagKeys)),
    handle: (input, _call, deps) =>
      change(input.OpenIDConnectProviderArn, deps, ({ tags }) => ({ tags: withoutTags(tags, input.TagKeys, 'kept') })),
  }),

  operation({
    name: 'ListOpenIDConnectProviderTags',
    auth: 'signed',
    input: struct('ListOpenIDConnectProviderTagsRequest', {
      OpenIDConnectProviderArn: member.arn,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListOpenIDConnectProviderTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target,
    handle(input, _call, { store }) {
      const { tags } = providerOf(input.OpenIDConnectProviderArn, store).value;
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),
];

function target(
  input: { readonly OpenIDConnectProviderArn: string },
  _call: SignedCall<Caller>,
  { store }: IamDeps,
  context: Target['context'] = {},
): Target {
  const resource = input.OpenIDConnectProviderArn;
  const tags = store.find(oidcProviders, resource)?.value.tags ?? [];
  return { resource, context: { ...resourceTagKeys(tags), ...context } };
}

const keyOf = ({ account, url }: OidcProvider): string => `${account}/${url}`;

const notFound = (wanted: string): string => `OpenIDConnect Provider not found for arn ${wanted}`;

/** The provider with an ARN. AWS's message differs for a deletion, hence `missing`. */
function providerOf(wanted: string, store: Store, missing = notFound): Versioned<OidcProvider> {
  if (parseArn(wanted) === undefined) throw validationError('Invalid ARN:  Could not be parsed!');
  const provider = store.find(oidcProviders, wanted);
  if (provider === undefined) throw noSuchEntity(missing(wanted));
  return provider;
}

async function change(
  wanted: string,
  { store }: IamDeps,
  alter: (provider: OidcProvider) => Partial<OidcProvider>,
): Promise<Record<never, never>> {
  const { value, version } = providerOf(wanted, store);
  await save(store, [put(oidcProviders, keyOf(value), { ...value, ...alter(value) }, version)]);
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
