/**
 * RSA keys for tests: generating one takes a quarter of a second of processor time, and most test files need some. Each file
 * gets keys that are distinct; the next file of the worker gets the same ones. Other key sizes and forms are generated.
 */
import crypto, { type RSAKeyPairOptions } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Options = RSAKeyPairOptions<'der', 'der'>;
type Done = (error: Error | null, publicKey: Buffer, privateKey: Buffer) => void;

const pairs: ({ readonly publicKey: Buffer; readonly privateKey: Buffer } | undefined)[] = [];
let used = 0;
let reuses = true;

// The declared type is a list of overloads by key type and encoding; only one of them is used here.
const generate = crypto.generateKeyPair as unknown as (type: string, options: Options, done: Done) => void;

function reuse(type: string, options: Options, done: Done): void {
  const { modulusLength, publicKeyEncoding, privateKeyEncoding } = options;
  const isPooled =
    reuses &&
    type === 'rsa' &&
    modulusLength === 2048 &&
    publicKeyEncoding?.format === 'der' &&
    privateKeyEncoding?.format === 'der' &&
    Object.keys(options).length === 3;
  if (!isPooled) {
    generate(type, options, done);
    return;
  }
  const at = used;
  used += 1;
  const pair = pairs[at];
  if (pair !== undefined) {
    setImmediate(done, null, pair.publicKey, pair.privateKey);
    return;
  }
  generate(type, options, (error, publicKey, privateKey) => {
    if (error === null) pairs[at] = { publicKey, privateKey };
    done(error, publicKey, privateKey);
  });
}

/** To be called at the start of each test file. */
export function reuseRsaKeys(): void {
  used = 0;
  reuses = true;
  if (crypto.generateKeyPair === (reuse as unknown)) return;
  // `reuse` implements the overload for RSA keys as DER, and passes every other call on.
  crypto.generateKeyPair = reuse as unknown as typeof crypto.generateKeyPair;
  syncBuiltinESMExports();
}

/** The rest of the test file generates all its keys. */
export function generateRsaKeys(): void {
  reuses = false;
}
