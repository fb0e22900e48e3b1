/** GetCallerIdentity: the caller of a signed request. Needs no permission, even with an explicit deny (STS API reference). */
import { struct, text } from '../../aws/shape.ts';
import { operation } from '../deps.ts';

export const getCallerIdentity = operation({
  name: 'GetCallerIdentity',
  auth: 'signed',
  input: struct('GetCallerIdentityRequest', {}),
  output: struct('GetCallerIdentityResponse', { Arn: text(), UserId: text(), Account: text() }),
  handle: (_, { caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.account }),
});
