/** Near misses of the Principal element: the principals of the policy compared with the caller. */
import { splitArn } from '../../aws/arn.ts';
import { isObject } from '../../kernel/json.ts';
import { editDistance } from '../../kernel/text.ts';
import type { PatchOperation, Principal, Why } from '../decision.ts';
import { isUniqueId } from '../principal-element.ts';
import { federatedDomains } from '../request.ts';
import { domainOf } from '../service-domains.table.ts';
import { addValue } from './near-edits.ts';
import type { Edit, ElementMiss, Send, StatementCase } from './near-miss.ts';
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

/**
 * What the difference means. `mistake`: the written principal cannot be a caller of this role; `others`: it is somebody else; `unclear`:
 * both can exist, and they are easily confused; `former`: the name belongs to somebody else now.
 */
type Meaning = 'mistake' | 'others' | 'unclear' | 'former';

interface Row {
  readonly code: string;
  readonly means: (pair: Pair) => Meaning;
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
    means: ({ wanted }) => (providerHost(wanted) === undefined ? 'unclear' : 'mistake'),
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
    means: () => 'mistake',
    find: ({ written, wanted }) => (written.toLowerCase() === wanted.toLowerCase() ? {} : undefined),
  },
  {
    code: 'provider-with-scheme',
    means: () => 'mistake',
    find: ({ written, wanted }) => {
      const real = providerHost(wanted);
      return real !== undefined && [`https://${real}`, `http://${real}`].includes(providerHost(written) ?? '')
        ? {}
        : undefined;
    },
  },
  {
    code: 'provider-without-arn',
    means: () => 'mistake',
    find: ({ written, wanted }) => {
      const real = providerHost(wanted);
      return real !== undefined && written.replace(/^https:\/\//, '') === real ? {} : undefined;
    },
  },
  {
    code: 'provider-trailing-slash',
    means: () => 'mistake',
    find: ({ written, wanted }) => (`${written}/` === wanted || written === `${wanted}/` ? {} : undefined),
  },
  {
    code: 'provider-of-other-account',
    means: () => 'mistake',
    find: ({ written, wanted }) =>
      providerHost(wanted) !== undefined && resourceOf(written) === resourceOf(wanted) ? {} : undefined,
  },
  {
    code: 'role-path',
    means: () => 'mistake',
    find: ({ written, wanted, principal }) =>
      principal.type === 'role-session' && withoutPath(written) === withoutPath(wanted) ? {} : undefined,
  },
  {
    code: 'other-session',
    means: () => 'others',
    find: ({ written, principal }) => {
      if (principal.type !== 'role-session' || !resourceOf(written).startsWith('assumed-role/')) return undefined;
      const session = (arn: string): string => arn.slice(0, arn.lastIndexOf('/'));
      return session(written) === session(principal.arn) ? { session: principal.arn } : undefined;
    },
  },
  {
    code: 'deleted-principal',
    means: () => 'former',
    find: ({ written, principal }) =>
      isUniqueId(written) && (principal.type === 'user' || principal.type === 'role-session') ? {} : undefined,
  },
  {
    code: 'principal-spelling',
    means: () => 'mistake',
    find: ({ written, wanted, principal }) => {
      const service = (text: string): string => text.slice(0, text.indexOf('.'));
      const isSame = service(written) === service(wanted) || editDistance(written, wanted, 2) <= 2;
      return principal.type === 'service' && isSame && domainOf(written) === undefined && domainOf(wanted) !== undefined
        ? {}
        : undefined;
    },
  },
  {
    code: 'principal-spelling',
    means: () => 'unclear',
    find: ({ written, wanted }) => (wanted.length > 8 && editDistance(written, wanted, 2) <= 2 ? {} : undefined),
  },
  {
    code: 'wrong-provider',
    means: () => 'others',
    find: ({ written, principal }) =>
      principal.type === 'federated' && resourceOf(written).includes('-provider/') ? {} : undefined,
  },
];

const ownerOf = (written: string): string =>
  resourceOf(written) === 'root' ? (splitArn(written)?.[4] ?? written) : written;

/** The first near miss among the principals of the statement; without one, what the statement names instead of the caller. */
export function principalMiss({ verdict, policy, path, request }: StatementCase): ElementMiss | undefined {
  const { principal } = request;
  const { code, expected } = verdict.principal.why;
  const name = nameOf(principal);
  if (code !== 'principal-not-named' || !Array.isArray(expected)) return undefined;
  const at = `${path}/Principal`;
  if (name === undefined) return { path: at, why: { code: 'other-principal', expected, actual: 'anonymous' } };
  const wanted = name.text;
  if (principal.type === 'federated' && expected.includes('*')) {
    const patch: readonly PatchOperation[] = [{ op: 'replace', path: at, value: { Federated: wanted } }];
    const why: Why = { code: 'everyone-without-federated', actual: wanted };
    return { path: at, why, edits: [{ patch, widens: false }] };
  }
  const element = valueAt(policy.document, at);
  for (const { code: missCode, find, means } of principalRows) {
    for (const written of expected.map(String).filter(name => name !== wanted)) {
      const pair = { written, wanted, principal };
      const operands = find(pair);
      if (operands === undefined) continue;
      const why: Why = { code: missCode, expected: written, actual: wanted, ...operands };
      const meaning = means(pair);
      if (meaning === 'unclear') return { path: at, why, unclear: true };
      if (meaning === 'others')
        return { path: at, why, edits: addPrincipal(element, at, name), send: callAs(written, principal) };
      const edits = replacePrincipal(element, at, written, wanted, name.type, principal).map(edit => ({
        ...edit,
        widens: meaning === 'former',
        caution: meaning === 'former' ? FORMER : undefined,
      }));
      return { path: at, why, edits, ...(meaning === 'former' ? { send: CHECK } : {}) };
    }
  }
  const services = policy.statements[verdict.index]?.principals?.services;
  const isNone = (one: string): boolean => services?.has(one) === true && domainOf(one) === undefined;
  const first = expected.map(String).find(one => !isNone(one));
  const why: Why = { code: 'other-principal', expected, actual: wanted };
  const edits = addPrincipal(element, at, name);
  return { path: at, why, edits, ...(first === undefined ? { dead: true } : { send: callAs(first, principal) }) };
}

const FORMER = 'IAM replaced the name by this id so that a new user or role of the same name is not trusted by itself.';
const CHECK: Send = {
  side: 'caller',
  title: 'Check who has the name now',
  how: 'Check that the user or role that has this name now is the one that the role should trust',
};

function callAs(written: string, { type }: Principal): Send {
  const account = /^\d{12}$/.test(ownerOf(written)) ? ownerOf(written) : undefined;
  if (account !== undefined) return { side: 'caller', how: `Make the call from account ${account}` };
  if (resourceOf(written).includes('-provider/') || federatedDomains.has(written))
    return { side: type === 'federated' ? 'workflow' : 'caller', how: `Use a token of ${written}` };
  if (!written.startsWith('arn:') && written.includes('.'))
    return { side: 'caller', how: `Have the service ${written} make the call` };
  return { side: 'caller', how: `Make the call as ${written}` };
}

/** Names the caller beside the written principals. */
function addPrincipal(
  element: ReturnType<typeof valueAt>,
  at: string,
  { type, text }: { readonly type: string; readonly text: string },
): readonly Edit[] {
  if (!isObject(element)) return [];
  const path = `${at}/${type}`;
  const patch: readonly PatchOperation[] =
    element[type] === undefined
      ? [{ op: 'add', path, value: text }]
      : addValue({ value: element[type] ?? null }, '/value', text).map(operation => ({
          ...operation,
          path: path + operation.path.slice('/value'.length),
        }));
  return [{ patch, widens: true }];
}

/** Replaces one principal of the policy: an account by the caller's account, anything else by the caller's own name. */
function replacePrincipal(
  element: ReturnType<typeof valueAt>,
  at: string,
  written: string,
  wanted: string,
  type: string,
  principal: Principal,
): readonly Pick<Edit, 'patch'>[] {
  if (!isObject(element)) return [];
  const value = element[type];
  const owner = ownerOf(written);
  const whole = /^\d{12}$/.test(owner) && 'account' in principal && principal.account !== undefined;
  const better = whole ? written.replace(owner, principal.account ?? owner) : wanted;
  if (Array.isArray(value)) {
    const index = value.indexOf(written);
    return index === -1 ? [] : [{ patch: [{ op: 'replace', path: `${at}/${type}/${index}`, value: better }] }];
  }
  return value === written ? [{ patch: [{ op: 'replace', path: `${at}/${type}`, value: better }] }] : [];
}
