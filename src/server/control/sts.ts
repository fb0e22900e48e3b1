/** Control calls on what only the holder of an instance can make for STS: trade-in tokens, encoded messages. */
import { Type } from 'typebox';
import { ControlError } from './problem.ts';
import { control, Id, strict } from './row.ts';

const TradeIn = Type.Object(
  {
    roleArn: Type.String({ minLength: 20, maxLength: 2048 }),
    sessionName: Type.String({ pattern: '^[\\w+=,.@-]{2,64}$' }),
    seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 43_200, default: 3600 })),
    policy: Type.Optional(Type.String({ maxLength: 2048 })),
    expiresIn: Type.Optional(
      Type.Integer({ minimum: 1, default: 3600, description: 'Seconds until the token is worth nothing.' }),
    ),
  },
  strict,
);

export const stsRows = [
  control({
    method: 'POST',
    path: '/trade-in-tokens',
    summary: 'Make a token that GetDelegatedAccessToken trades for credentials of a role.',
    body: TradeIn,
    answer: Type.Object({ tradeInToken: Type.String() }),
    handle: ({ body }, { createTradeInToken, clock }) => ({
      tradeInToken: createTradeInToken({
        roleArn: body.roleArn,
        sessionName: body.sessionName,
        seconds: body.seconds ?? 3600,
        expiresAt: clock.now() + (body.expiresIn ?? 3600) * 1000,
        ...(body.policy === undefined ? {} : { policy: body.policy }),
      }),
    }),
  }),
  control({
    method: 'GET',
    path: '/decisions/:id/authorization-message',
    summary: 'A denied decision as an encoded message that DecodeAuthorizationMessage opens.',
    params: Id,
    answer: Type.Object({ encodedMessage: Type.String() }),
    handle({ params }, { decisionLog, encodeMessage }) {
      const decision = decisionLog.get(params.id);
      if (decision === undefined)
        throw new ControlError(404, 'unknown-decision', `the book has no decision "${params.id}"`, { path: '/id' });
      const encodedMessage = encodeMessage(decision);
      if (encodedMessage === undefined)
        throw new ControlError(409, 'allowed', 'the decision allowed the call; only denials have a message');
      return { encodedMessage };
    },
  }),
];
