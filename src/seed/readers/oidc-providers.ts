/** `aws iam list-open-id-connect-providers` and the output of `get-open-id-connect-provider`. */
import { parseArn } from '../../aws/arn.ts';
import { defined } from '../../kernel/defined.ts';
import type { Draft } from './draft.ts';
import { listOf, member, tagsOf, textOf, textsOf } from './values.ts';

const PREFIX = 'oidc-provider/';

export const isProviderList = (value: unknown): boolean => Array.isArray(member(value, 'OpenIDConnectProviderList'));

/** Reads the list, which contains only ARNs and so the account of each provider. */
export function readProviderList(value: unknown, draft: Draft): void {
  for (const [index, entry] of listOf(value, 'OpenIDConnectProviderList').entries()) {
    const arn = parseArn(textOf(entry, 'Arn') ?? '');
    if (arn === undefined || !arn.resource.startsWith(PREFIX)) {
      draft.skip(`OpenIDConnectProviderList.${index}`, 'it has no OIDC provider ARN');
      continue;
    }
    const url = `https://${arn.resource.slice(PREFIX.length)}`;
    const account = draft.account(arn.account);
    if (!account.oidcProviders.has(url)) account.oidcProviders.set(url, { url });
  }
}

export const isProvider = (value: unknown): boolean =>
  textOf(value, 'Url') !== undefined &&
  (Array.isArray(member(value, 'ClientIDList')) || member(value, 'ThumbprintList') !== undefined);

/** Reads one provider; its account comes from the list, or is the only account in the files. */
export function readProvider(value: unknown, draft: Draft): void {
  const text = textOf(value, 'Url') ?? '';
  const thumbprints = textsOf(value, 'ThumbprintList');
  draft.providersWithoutAccount.push({
    url: text.includes('://') ? text : `https://${text}`,
    clientIds: textsOf(value, 'ClientIDList'),
    ...defined({ thumbprints: thumbprints.length === 0 ? undefined : thumbprints }),
    ...tagsOf(member(value, 'Tags')),
  });
}

/** Adds providers to the account that lists them, else to the only account, else to the fallback account. */
export function assignProviders(draft: Draft): void {
  const [first, ...others] = [...draft.accounts.values()];
  const only = others.length === 0 ? first : undefined;
  for (const provider of draft.providersWithoutAccount) {
    const listed = [...draft.accounts.values()].find(account => account.oidcProviders.has(provider.url));
    (listed ?? only ?? draft.account(undefined)).oidcProviders.set(provider.url, provider);
  }
  for (const [number, account] of draft.accounts) {
    for (const [url, { clientIds }] of account.oidcProviders) {
      if (clientIds === undefined) {
        draft.skip(
          `account ${number}, OIDC provider ${url}`,
          'the list contains no client IDs: add the output of get-open-id-connect-provider',
        );
      }
    }
  }
}
