/** URLs of OIDC providers: which can be registered (`iam.providerUrls`), and the issuer of a URL. */
import { isIP, isIPv6 } from 'node:net';
import type { IamSettings } from '../authorization/deps.ts';
import { type AwsError, validationError } from '../aws/error.ts';
import { bareHost, kindOfHost } from '../kernel/address.ts';
import { invalidInput } from './errors.ts';

interface ProviderUrl {
  /** Host and path as written, without the scheme and `:443`; part of the provider ARN. */
  readonly url: string;
  /** Required `iss` of tokens. */
  readonly issuer: string;
}

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*$/;
const PATH = /^(?:\/[\x21-\x7e]*)?$/;

/**
 * Parses the Url of CreateOpenIDConnectProvider. AWS accepts https without a port (`:443` is removed), keeps the letter
 * case of the host and a trailing slash, and returns `Unknown` for a query or fragment. `local` also accepts http and
 * ports for local hosts, `any` for all hosts. Link-local, metadata and reserved addresses, and numbers that programs
 * read as addresses, are always refused. Throws InvalidInput or ValidationError.
 */
export function parseProviderUrl(text: string, rule: IamSettings['providerUrls']): ProviderUrl {
  if (text.includes('?') || text.includes('#'))
    throw invalidInput('Unknown', { detail: 'The URL has a query or fragment.' });
  const end = text.indexOf('://');
  const scheme = text.slice(0, Math.max(0, end)).toLowerCase();
  if (scheme !== 'https' && scheme !== 'http') throw refused('the scheme is not https', rule);
  const rest = text.slice(end + 3);
  const slash = rest.indexOf('/');
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash);
  const { host, port } = splitAuthority(authority, rule);
  if (!PATH.test(path)) throw refused('the path has a character that is not allowed in a URL', rule);
  const isDefault = port === '' || (scheme === 'https' && port === '443');
  const kind = kindOfHost(host);
  if (kind === 'never') throw refused(explainRefusedHost(host), rule);
  const plain = scheme === 'https' && isDefault && isIP(bareHost(host)) === 0 && host.includes('.');
  if (!plain && rule !== 'any' && !(rule === 'local' && kind === 'private')) {
    throw refused(`${text} is not https on the default port of a public name`, rule);
  }
  const url = `${host}${isDefault ? '' : `:${port}`}${path}`;
  return { url, issuer: `${scheme}://${url}` };
}

function splitAuthority(authority: string, rule: IamSettings['providerUrls']): { host: string; port: string } {
  const close = authority.startsWith('[') ? authority.indexOf(']') : -1;
  const colon = authority.indexOf(':', close + 1);
  const host = colon === -1 ? authority : authority.slice(0, colon);
  const port = colon === -1 ? '' : authority.slice(colon + 1);
  const wellFormed =
    close === -1 ? HOST.test(host) : host.endsWith(']') && isIPv6(host.slice(1, -1)) && !host.includes('%');
  if (!wellFormed || host.length > 253) throw refused('the host is not a name or an address', rule);
  if (colon !== -1 && (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535))
    throw refused('the port is not a number', rule);
  return { host, port };
}

const explainRefusedHost = (host: string): string =>
  isIP(bareHost(host)) === 0
    ? `${host} ends in a number, so it is not a host name; an IPv4 address is four decimal numbers`
    : `${host} is a link-local, metadata or reserved address`;

/** What each setting allows, for the explanation of a refusal. */
const RULES: Readonly<Record<IamSettings['providerUrls'], string>> = {
  aws: 'it allows only what AWS allows, https without a port.',
  local:
    'it allows what AWS allows, and http and ports for loopback and private addresses, single-label names and local domains.',
  any: 'it allows http and https with any host and port, except link-local, metadata and reserved addresses.',
};

const sentence = (detail: string): string => `${detail.slice(0, 1).toUpperCase()}${detail.slice(1)}.`;

const refused = (detail: string, rule: IamSettings['providerUrls']): AwsError =>
  validationError('Invalid Open ID Connect Provider URL', {
    detail: `${sentence(detail)} The setting iam.providerUrls is ${rule}: ${RULES[rule]}`,
    reason: 'provider-url',
  });
