/** Operations to enable, disable and read outbound web identity federation of an account. */

import { accounts } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { featureDisabled, featureEnabled } from '../errors.ts';
import * as member from '../members.ts';
import { anyResource } from '../targets.ts';

const OUTBOUND = 'outbound-issuer';

export const outboundFederationOperations = [
  operation({
    name: 'EnableOutboundWebIdentityFederation',
    auth: 'signed',
    input: struct('EnableOutboundWebIdentityFederationRequest', {}),
    output: struct('EnableOutboundWebIdentityFederationResponse', { IssuerIdentifier: optional(member.anyText) }),
    target: anyResource,
    async handle(_input, { caller: { account } }, { store, sealer }) {
      const record = store.get(accounts, account);
      if (record?.value.outboundIssuer !== undefined) {
        throw featureEnabled(`Outbound identity federation is already enabled for account ${account}`);
      }
      const outboundIssuer = `https://${issuerUuid(sealer.derive(OUTBOUND, account))}.tokens.sts.global.api.aws`;
      await commitChanges(store, [
        put(accounts, account, { ...record?.value, account, outboundIssuer }, record?.version ?? 0),
      ]);
      return { IssuerIdentifier: outboundIssuer };
    },
  }),

  operation({
    name: 'DisableOutboundWebIdentityFederation',
    auth: 'signed',
    input: struct('DisableOutboundWebIdentityFederationRequest', {}),
    target: anyResource,
    async handle(_input, { caller: { account } }, { store }) {
      const record = store.get(accounts, account);
      if (record?.value.outboundIssuer === undefined) throw disabled(account);
      const { outboundIssuer: _, ...rest } = record.value;
      await commitChanges(store, [put(accounts, account, rest, record.version)]);
      return {};
    },
  }),

  operation({
    name: 'GetOutboundWebIdentityFederationInfo',
    auth: 'signed',
    input: struct('GetOutboundWebIdentityFederationInfoRequest', {}),
    output: struct('GetOutboundWebIdentityFederationInfoResponse', {
      IssuerIdentifier: optional(member.anyText),
      JwtVendingEnabled: optional(member.flag),
    }),
    target: anyResource,
    handle(_input, { caller: { account } }, { store }) {
      const issuer = store.get(accounts, account)?.value.outboundIssuer;
      if (issuer === undefined) throw disabled(account);
      return { IssuerIdentifier: issuer, JwtVendingEnabled: true };
    },
  }),
];

const disabled = (account: string) =>
  featureDisabled(`Outbound identity federation is disabled for account ${account}`);

/** The account's issuer does not change when the feature is disabled and enabled again, so registrations stay valid. */
function issuerUuid(derived: Buffer): string {
  const hex = derived.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
