/**
 * New private keys, apart from the jobs that made them. A key object of Node shares a lock with its job, and the job takes
 * that lock when it is collected; writing the key as a JWK holds the lock and allocates. When the one happens within the
 * other the process stands still for good (Node 20). A key read again from its encoding has a lock of its own.
 */
import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';

const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;

const readAgain = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' });

/** An RSA key of so many bits, made on the thread pool. */
export function newRsaKey(modulusLength: number): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair(
      'rsa',
      { modulusLength, publicKeyEncoding, privateKeyEncoding },
      (error, _publicKey, privateKey) => {
        if (error === null) resolve(readAgain(privateKey));
        else reject(error);
      },
    );
  });
}

/** A key on a curve (`P-256`), made at once. */
export const newEcKey = (namedCurve: string): KeyObject =>
  readAgain(generateKeyPairSync('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding }).privateKey);
