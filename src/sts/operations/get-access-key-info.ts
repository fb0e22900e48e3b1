/** GetAccessKeyInfo: the account of an access key id. Current ids contain the account number; the key need not exist. */

import { users } from '../../accounts/model.ts';
import { validationError } from '../../aws/error.ts';
import { struct, text } from '../../aws/shape.ts';
import { accountOfId } from '../../aws/unique-id.ts';
import { operation } from '../deps.ts';

export const getAccessKeyInfo = operation({
  name: 'GetAccessKeyInfo',
  auth: 'signed',
  input: struct('GetAccessKeyInfoRequest', { AccessKeyId: text({ min: 16, max: 128, pattern: '[\\w]*' }) }),
  output: struct('GetAccessKeyInfoResponse', { Account: text() }),
  target: () => ({ resource: '*', shown: '' }),
  handle({ AccessKeyId }, _, { store }) {
    const account = accountOfId(AccessKeyId) ?? store.find(users, AccessKeyId)?.value.account;
    if (account !== undefined) return { Account: account };
    throw validationError(`${AccessKeyId} is not a valid access key ID`, {
      reason: 'unknown-key-id',
      detail: 'The id does not contain an account number, and no user owns it.',
    });
  },
});
