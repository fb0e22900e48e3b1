/** DecodeAuthorizationMessage: the decoded authorization message of a denial. */
import { struct, text } from '../../aws/shape.ts';
import { decodeAuthorizationMessage as decode } from '../authorization-message.ts';
import { operation } from '../deps.ts';
import { invalidAuthorizationMessage } from '../errors.ts';

export const decodeAuthorizationMessage = operation({
  name: 'DecodeAuthorizationMessage',
  auth: 'signed',
  input: struct('DecodeAuthorizationMessageRequest', { EncodedMessage: text({ min: 1, max: 10_240 }) }),
  output: struct('DecodeAuthorizationMessageResponse', { DecodedMessage: text() }),
  target: () => ({ resource: '*', shown: '' }),
  handle({ EncodedMessage }, { caller }, { sealer }) {
    const DecodedMessage = decode(EncodedMessage, caller.account, sealer);
    if (DecodedMessage !== undefined) return { DecodedMessage };
    throw invalidAuthorizationMessage('Message is not valid.', {
      reason: 'foreign-message',
      detail: `This instance did not create the message for account ${caller.account}.`,
    });
  },
});
