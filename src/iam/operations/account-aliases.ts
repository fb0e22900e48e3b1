/** Operations for account aliases and the token version of the global STS endpoint. */

import { accounts } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { entityAlreadyExists, noSuchEntity } from '../errors.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { anyResource } from '../targets.ts';

export const accountAliasOperations = [
  operation({
    name: 'CreateAccountAlias',
    auth: 'signed',
    input: struct('CreateAccountAliasRequest', { AccountAlias: member.accountAlias }),
    target: anyResource,
    async handle(input, { caller: { account } }, { store }) {
      const owner = store.find(accounts, input.AccountAlias)?.value;
      if (owner !== undefined && owner.account !== account) {
        throw entityAlreadyExists(`The account alias ${input.AccountAlias} already exists.`);
      }
      // An account has one alias: the new alias replaces the old one.
      const record = store.get(accounts, account);
      const changed = { ...record?.value, account, alias: input.AccountAlias };
      await commitChanges(store, [put(accounts, account, changed, record?.version ?? 0)]);
      return {};
    },
  }),

  operation({
    name: 'DeleteAccountAlias',
    auth: 'signed',
    input: struct('DeleteAccountAliasRequest', { AccountAlias: member.accountAlias }),
    target: anyResource,
    async handle(input, { caller: { account } }, { store }) {
      const record = store.get(accounts, account);
      if (record === undefined || record.value.alias !== input.AccountAlias) {
        throw noSuchEntity(`The account alias ${input.AccountAlias} cannot be found.`);
      }
      const { alias: _, ...rest } = record.value;
      await commitChanges(store, [put(accounts, account, rest, record.version)]);
      return {};
    },
  }),

  operation({
    name: 'ListAccountAliases',
    auth: 'signed',
    input: struct('ListAccountAliasesRequest', {
      ...member.pageRequest,
    }),
    output: struct('ListAccountAliasesResponse', { AccountAliases: list(member.accountAlias), ...member.pageReply }),
    target: anyResource,
    handle(input, { caller }, { store }) {
      const alias = store.get(accounts, caller.account)?.value.alias;
      const { members, more } = pageOf(alias === undefined ? [] : [alias], input, one => one);
      return { AccountAliases: [...members], ...more };
    },
  }),

  operation({
    name: 'SetSecurityTokenServicePreferences',
    auth: 'signed',
    input: struct('SetSecurityTokenServicePreferencesRequest', { GlobalEndpointTokenVersion: member.tokenVersion }),
    target: anyResource,
    async handle(input, { caller: { account } }, { store }) {
      const record = store.get(accounts, account);
      const changed = { ...record?.value, account, globalEndpointTokenVersion: input.GlobalEndpointTokenVersion };
      await commitChanges(store, [put(accounts, account, changed, record?.version ?? 0)]);
      return {};
    },
  }),
];
