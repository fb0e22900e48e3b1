/** An issuer as the control API and the console show it: without secrets. */
import { defined } from '../../kernel/defined.ts';
import { DISCOVERY, localPath } from '../discovery.ts';
import { awsAudience } from '../presets/row.ts';
import type { IssuerView, TokenForm } from '../types.ts';
import type { HostedIssuer, Issuer } from './declaration.ts';

export function view(issuer: Issuer): IssuerView {
  if (issuer.source === 'pinned') {
    return { id: issuer.id, source: 'pinned', issuer: issuer.iss, declared: true, jwks: issuer.jwks };
  }
  if (issuer.source === 'remote') {
    const { id, iss, discoveryUrl, allowPrivateNetwork } = issuer;
    return {
      id,
      source: 'remote',
      issuer: iss,
      declared: true,
      allowPrivateNetwork,
      ...defined({ discoveryUrl }),
    };
  }
  return {
    id: issuer.id,
    source: 'hosted',
    issuer: issuer.iss,
    declared: issuer.declared,
    preset: issuer.preset.id,
    title: issuer.preset.title,
    alg: issuer.alg,
    parameters: issuer.parameters,
    claims: issuer.claims,
    ...defined({ awsAudience: awsAudience(issuer.preset, issuer.iss, issuer.parameters) }),
    ...(issuer.preset.token === 'opaque' ? {} : { form: issuer.preset.form ?? SUBJECT_FORM, ...paths(issuer) }),
    ...(issuer.clients.length === 0
      ? {}
      : { clients: issuer.clients.map(({ clientSecret: _secret, ...client }) => client) }),
    ...(issuer.open ? { open: true as const } : {}),
    unconfirmed: issuer.preset.unconfirmed,
  };
}

/** The form of a preset without one. */
const SUBJECT_FORM: TokenForm = {
  fields: [{ name: 'sub', title: 'Subject', hint: 'user-123' }],
  subject: 'user-123',
};

const paths = (issuer: HostedIssuer): Pick<IssuerView, 'discoveryPath' | 'jwksPath'> => ({
  discoveryPath: `/idp/${issuer.id}${DISCOVERY}`,
  jwksPath: `/idp/${issuer.id}${localPath(issuer, 'jwks_uri')}`,
});
