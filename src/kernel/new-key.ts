/**
 * Generates private keys that are independent of their generation job. In Node 20, a key object shares a lock with its
 * job, and garbage collection of the job takes that lock; exporting the key as a JWK holds the lock and allocates. If the
 * collection runs during the export, the process deadlocks. A key that is imported from its encoding has its own lock.
 */
import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';

const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;

const readAgain = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' });

/** Generates an RSA key of `modulusLength` bits on the thread pool. */
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

/** Generates a key on a curve (`P-256`), synchronously. */
export const newEcKey = (namedCurve: string): KeyObject =>
  readAgain(generateKeyPairSync('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding }).privateKey);
