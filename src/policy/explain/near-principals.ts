/** Near misses of the Principal element: the principals of the policy compared with the caller. */
import { splitArn } from '../../aws/arn.ts';
import { isObject } from '../../kernel/json.ts';
import { editDistance } from '../../kernel/text.ts';
import type { PatchOperation, Principal, Why } from '../decision.ts';
import { isUniqueId } from '../principal-element.ts';
import type { ElementMiss, StatementCase } from './near-miss.ts';
import { findAccountTypo } from './near-values.ts';
import { valueAt } from './patch.ts';

/** The value and the type by which a policy names this caller. */
function nameOf(principal: Principal): { type: string; text: string } | undefined {
  switch (principal.type) {
    case 'user':
    case 'root':
    case 'federated-user':
      return { type: 'AWS', text: principal.arn };
    case 'role-session':
      return { type: 'AWS', text: principal.roleArn };
    case 'account':
      return { type: 'AWS', text: principal.account };
    case 'federated':
      return { type: 'Federated', text: principal.provider };
    case 'service':
      return { type: 'Service', text: principal.service };
    case 'anonymous':
      return undefined;
  }
}

interface Pair {
  readonly written: string;
  readonly wanted: string;
  readonly principal: Principal;
}

interface Row {
  readonly code: string;
  readonly find: (pair: Pair) => Omit<Why, 'code'> | undefined;
}

const resourceOf = (arn: string): string => splitArn(arn)?.[5] ?? '';
const providerHost = (arn: string): string | undefined =>
  resourceOf(arn).startsWith('oidc-provider/') ? resourceOf(arn).slice('oidc-provider/'.length) : undefined;
const withoutPath = (arn: string): string => {
  const resource = resourceOf(arn);
  return `${arn.slice(0, arn.length - resource.length)}${resource.split('/')[0] ?? ''}/${resource.split('/').pop() ?? ''}`;
};

/** Tried in this order for every principal of the statement. */
const principalRows: readonly Row[] = [
  {
    code: 'account-digit',
    find: ({ written, wanted, principal }) => {
      const account = 'account' in principal ? principal.account : undefined;
      return (
        findAccountTypo(written, wanted) ??
        (account === undefined ? undefined : findAccountTypo(ownerOf(written), account))
      );
    },
  },
  {
    code: 'principal-letter-case',
    find: ({ written, wanted }) => (written.toLowerCase() === wanted.toLowerCase() ? {} : undefined),
  },
  {
    code: 'provider-with-scheme',
    find: ({ written, wanted }) => {
      const real = providerHost(wanted);
      return real !== undefined && [`https://${real}`, `http://${real}`].includes(providerHost(written) ?? '')
        ? {}
        : undefined;
    },
  },
  {
    code: 'provider-without-arn',
    find: ({ written, wanted }) => {
      const real = providerHost(wanted);
      return real !== undefined && written.replace(/^https:\/\//, '') === real ? {} : undefined;
    },
  },
  {
    code: 'provider-trailing-slash',
    find: ({ written, wanted }) => (`${written}/` === wanted || written === `${wanted}/` ? {} : undefined),
  },
  {
    code: 'provider-of-other-account',
    find: ({ written, wanted }) =>
      providerHost(wanted) !== undefined && resourceOf(written) === resourceOf(wanted) ? {} : undefined,
  },
  {
    code: 'role-path',
    find: ({ written, wanted, principal }) =>
      principal.type === 'role-session' && withoutPath(written) === withoutPath(wanted) ? {} : undefined,
  },
  {
    code: 'other-session',
    find: ({ written, principal }) => {
      if (principal.type !== 'role-session' || !resourceOf(written).startsWith('assumed-role/')) return undefined;
      const session = (arn: string): string => arn.slice(0, arn.lastIndexOf('/'));
      return session(written) === session(principal.arn) ? { session: principal.arn } : undefined;
    },
  },
  {
    code: 'deleted-principal',
    find: ({ written, principal }) =>
      isUniqueId(written) && (principal.type === 'user' || principal.type === 'role-session') ? {} : undefined,
  },
  {
    code: 'principal-spelling',
    find: ({ written, wanted }) => (wanted.length > 8 && editDistance(written, wanted, 2) <= 2 ? {} : undefined),
  },
  {
    code: 'wrong-provider',
    find: ({ written, principal }) =>
      principal.type === 'federated' && resourceOf(written).includes('-provider/') ? {} : undefined,
  },
];

const ownerOf = (written: string): string =>
  resourceOf(written) === 'root' ? (splitArn(written)?.[4] ?? written) : written;

/** The first near miss among the principals of the statement. */
export function principalMiss({ verdict, policy, path, request }: StatementCase): ElementMiss | undefined {
  const { principal } = request;
  const { code, expected } = verdict.principal.why;
  const name = nameOf(principal);
  if (code !== 'principal-not-named' || !Array.isArray(expected) || name === undefined) return undefined;
  const at = `${path}/Principal`;
  const wanted = name.text;
  if (principal.type === 'federated' && expected.includes('*')) {
    const patch: readonly PatchOperation[] = [{ op: 'replace', path: at, value: { Federated: wanted } }];
    return { path: at, why: { code: 'everyone-without-federated', actual: wanted }, patch };
  }
  for (const { code: missCode, find } of principalRows) {
    for (const written of expected) {
      const operands = find({ written: String(written), wanted, principal });
      if (operands === undefined) continue;
      const patch = replacePrincipal(valueAt(policy.document, at), at, String(written), wanted, name.type, principal);
      return { path: at, why: { code: missCode, expected: String(written), actual: wanted, ...operands }, patch };
    }
  }
  return undefined;
}

/** Replaces one principal of the policy: an account by the caller's account, anything else by the caller's own name. */
function replacePrincipal(
  element: ReturnType<typeof valueAt>,
  at: string,
  written: string,
  wanted: string,
  type: string,
  principal: Principal,
): readonly PatchOperation[] | undefined {
  if (!isObject(element)) return undefined;
  const value = element[type];
  const owner = ownerOf(written);
  const whole = /^\d{12}$/.test(owner) && 'account' in principal && principal.account !== undefined;
  const better = whole ? written.replace(owner, principal.account ?? owner) : wanted;
  if (Array.isArray(value)) {
    const index = value.indexOf(written);
    return index === -1 ? undefined : [{ op: 'replace', path: `${at}/${type}/${index}`, value: better }];
  }
  return value === written ? [{ op: 'replace', path: `${at}/${type}`, value: better }] : undefined;
}
