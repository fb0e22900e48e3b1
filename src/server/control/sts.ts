/** Control API calls that create inputs of STS operations: trade-in tokens and encoded authorization messages. */
import { Type } from 'typebox';
import { DEFAULT_REGION } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
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

export const stsRows = [
  defineCall({
    method: 'GET',
    path: '/call-context',
    summary: 'Get what STS would see of an AWS call from this client now: its time, address and user agent.',
    answer: Type.Object({
      isoTime: Type.String({ description: 'Time of the movable clock, ISO 8601.' }),
      region: Type.String(),
      secure: Type.Boolean(),
      sourceIp: Type.String(),
      userAgent: Type.String(),
      errorTexts: Type.Union([Type.Literal('2026'), Type.Literal('classic')]),
    }),
    handle: ({ raw }, { clock, errorTexts }) => ({
      isoTime: new Date(clock.now()).toISOString(),
      region: DEFAULT_REGION,
      ...clientOf(raw),
      errorTexts,
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
