/** Control API calls about STS: what it sees of a client, trade-in tokens and encoded authorization messages. */
import { Type } from 'typebox';
import type { IamSettings } from '../../authorization/deps.ts';
import { resourceControlTexts } from '../../authorization/policies-in-force.ts';
import { AwsError } from '../../aws/error.ts';
import { DEFAULT_REGION } from '../../aws/operation.ts';
import { parseProviderUrl } from '../../iam/in-process.ts';
import { defined } from '../../kernel/defined.ts';
import type { StsSettings } from '../../sts/deps.ts';
import { clientOf } from '../aws/aws-routes.ts';
import { ControlError } from './problem.ts';
import { defineCall, Id, strict } from './row.ts';

const TradeIn = Type.Object(
  {
    roleArn: Type.String({ minLength: 20, maxLength: 2048 }),
    sessionName: Type.String({ pattern: '^[\\w+=,.@-]{2,64}$' }),
    seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 43_200, default: 3600 })),
    policy: Type.Optional(Type.String({ maxLength: 2048 })),
    expiresIn: Type.Optional(
      Type.Integer({ minimum: 1, default: 3600, description: 'Seconds until the token expires.' }),
    ),
  },
  strict,
);

const disabledRegionsOf = ({ disabledRegions = {} }: StsSettings, account: string): readonly string[] =>
  Object.hasOwn(disabledRegions, account) ? (disabledRegions[account] ?? []) : [];

/** The provider that IAM would register for an issuer, or its error. */
function providerOf(issuer: string | undefined, rule: IamSettings['providerUrls']) {
  if (issuer === undefined) return {};
  try {
    return { provider: parseProviderUrl(issuer, rule) };
  } catch (error) {
    if (error instanceof AwsError) return { providerError: error.message };
    throw error;
  }
}

export const stsRows = [
  defineCall({
    method: 'GET',
    path: '/call-context',
    summary:
      'Get what STS and IAM would see of a call from this client now: time, address, settings, provider of an issuer.',
    query: Type.Object(
      {
        account: Type.Optional(Type.String({ maxLength: 100, description: 'Account of the role.' })),
        issuer: Type.Optional(Type.String({ maxLength: 200, description: 'ID of the issuer of the token.' })),
      },
      strict,
    ),
    answer: Type.Object({
      isoTime: Type.String({ description: 'Time of the movable clock, ISO 8601.' }),
      region: Type.String(),
      secure: Type.Boolean(),
      sourceIp: Type.String(),
      userAgent: Type.String(),
      errorTexts: Type.Union([Type.Literal('2026'), Type.Literal('classic')]),
      disabledRegions: Type.Array(Type.String(), { description: 'Regions where STS is deactivated for the account.' }),
      resourceControlPolicies: Type.Array(Type.String(), { description: 'Those that apply to the account.' }),
      provider: Type.Optional(
        Type.Object(
          { url: Type.String(), issuer: Type.String() },
          { description: 'As IAM would register the issuer.' },
        ),
      ),
      providerError: Type.Optional(Type.String({ description: 'The error with which IAM would refuse the issuer.' })),
    }),
    handle: ({ query: { account = '', issuer }, raw }, { clock, stsSettings, iam, idp }) => ({
      isoTime: new Date(clock.now()).toISOString(),
      region: DEFAULT_REGION,
      ...clientOf(raw),
      errorTexts: stsSettings.errorTexts,
      disabledRegions: disabledRegionsOf(stsSettings, account),
      resourceControlPolicies: resourceControlTexts(account, iam.settings.organization),
      ...providerOf(issuer === undefined ? undefined : idp.registry.get(issuer)?.issuer, iam.settings.providerUrls),
    }),
  }),
  defineCall({
    method: 'POST',
    path: '/trade-in-tokens',
    summary: 'Create a trade-in token that GetDelegatedAccessToken exchanges for credentials of a role.',
    body: TradeIn,
    answer: Type.Object({ tradeInToken: Type.String() }),
    handle: ({ body }, { createTradeInToken, clock }) => ({
      tradeInToken: createTradeInToken({
        roleArn: body.roleArn,
        sessionName: body.sessionName,
        seconds: body.seconds ?? 3600,
        expiresAt: clock.now() + (body.expiresIn ?? 3600) * 1000,
        ...defined({ policy: body.policy }),
      }),
    }),
  }),
  defineCall({
    method: 'GET',
    path: '/decisions/:id/authorization-message',
    summary: 'Encode a denied decision as a message for DecodeAuthorizationMessage.',
    params: Id,
    answer: Type.Object({ encodedMessage: Type.String() }),
    handle({ params }, { decisionLog, encodeMessage }) {
      const decision = decisionLog.get(params.id);
      if (decision === undefined)
        throw new ControlError(404, 'unknown-decision', `the decision log does not contain "${params.id}"`, {
          path: '/id',
        });
      const encodedMessage = encodeMessage(decision);
      if (encodedMessage === undefined)
        throw new ControlError(
          409,
          'allowed',
          'the decision allowed the call; only denied decisions have an encoded message',
        );
      return { encodedMessage };
    },
  }),
];
