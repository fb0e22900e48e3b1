/** Serves a certificate chain on loopback and computes its thumbprint as AWS does for an issuer. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import forge from 'node-forge';

interface Signed {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
  readonly pem: string;
  readonly keyPem: string;
}

function sign(commonName: string, serial: string, by?: Signed): Signed {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyPem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  certificate.serialNumber = serial;
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  certificate.setIssuer(by?.certificate.subject.attributes ?? certificate.subject.attributes);
  certificate.setExtensions([{ name: 'basicConstraints', cA: serial !== '03' }]);
  const key = forge.pki.privateKeyFromPem(keyPem);
  certificate.sign(by?.key ?? key, forge.md.sha256.create());
  return { certificate, key, pem: forge.pki.certificateToPem(certificate), keyPem };
}

/** Serves a chain of three certificates and returns the SHA-1 fingerprint of the root, in lowercase hexadecimal digits. */
export async function servedThumbprint(host: string): Promise<string> {
  const root = sign('Octo Root', '01');
  const middle = sign('Octo Issuing', '02', root);
  const leaf = sign(host, '03', middle);
  const server = createServer({ key: leaf.keyPem, cert: leaf.pem + middle.pem + root.pem });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, servername: host, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return topOf(socket.getPeerCertificate(true)).fingerprint.replaceAll(':', '').toLowerCase();
  } finally {
    socket.destroy();
    server.close();
  }
}

function topOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate {
  const { issuerCertificate } = certificate;
  const isTop = issuerCertificate === undefined || issuerCertificate.fingerprint256 === certificate.fingerprint256;
  return isTop ? certificate : topOf(issuerCertificate);
}
