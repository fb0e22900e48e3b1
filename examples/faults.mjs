// Injects faults and tests the SDK's retries: `node examples/faults.mjs`.
import assert from 'node:assert/strict';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startRolecall } from 'rolecall';

const rolecall = await startRolecall();
const sts = new STSClient({
  endpoint: rolecall.url,
  region: 'us-east-1',
  maxAttempts: 3,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

// Throttle twice: the third attempt of the same call succeeds.
rolecall.faults.add({ match: { action: 'GetCallerIdentity' }, respond: { error: 'Throttling' }, times: 2 });
const { $metadata } = await sts.send(new GetCallerIdentityCommand({}));
assert.equal($metadata.attempts, 3);
assert.deepEqual(rolecall.faults.list(), []);

// Drop the connection once: the SDK retries.
rolecall.faults.add({ match: {}, respond: { drop: true }, times: 1 });
await sts.send(new GetCallerIdentityCommand({}));

// Fail every call: the SDK gives up after its last retry.
rolecall.faults.add({ match: {}, respond: { status: 503 } });
await assert.rejects(sts.send(new GetCallerIdentityCommand({})), error => error.$metadata.httpStatusCode === 503);
sts.destroy();
await rolecall.close();
console.log('The SDK retried throttling and a dropped connection, and gave up on 503.');
