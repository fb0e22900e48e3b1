/** Replays AWS's recorded answers to AssumeRoleWithWebIdentity. Each row has a new issuer, provider and role. */
import { createHmac } from 'node:crypto';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import type { PublishedKey, PublishedKeySet } from '../../src/kernel/issuer-keys.ts';
import { ACCOUNT, type Answer, createHarness, type Harness, members } from '../sts/harness.ts';
import { ec256, ec384, ec521, jwk, rsa1, signToken, standardKeys, type TestKey } from '../sts/tokens.ts';
import { differences, fill, items, type Json, type JsonObject, object, rowsOf, text } from './rows.ts';

/** 65 characters, as in the recordings; the packed policy size depends on the length. */
const ISSUER = `https://${'rolecall-parity.'.padEnd(49, 'x')}.example`;
const HOST = ISSUER.slice('https://'.length);
const ROLE = 'parity-role';

const keys: Readonly<Record<string, TestKey>> = { rsa1, ec1: ec256, ec256, ec384, ec521 };

const rows = rowsOf('aws-recorded-oidc.jsonl');

describe(`aws-recorded-oidc.jsonl, ${rows.length} rows`, () => {
  it.each(rows.map(row => ({ id: String(row['id']), row })))('$id', async ({ row }) => {
    const harness = createHarness();
    const now = Math.floor(harness.clock.now() / 1000);
    harness.clock.set(now * 1000);
    const places = {
      account: ACCOUNT,
      issuer: ISSUER,
      provider_arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${HOST}`,
      role_arn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
      role_name: ROLE,
      'now-300': String(now - 300),
      'now+300': String(now + 300),
    };
    const filled = fill(row, places);
    harness.keySets.set(ISSUER, keySetOf(filled['jwks']));
    await prepare(harness, filled);
    const { token, times } = tokenOf(filled, now);
    const answer = await harness.sts('AssumeRoleWithWebIdentity', {
      RoleArn: places.role_arn,
      WebIdentityToken: token,
      ...(object(filled['request']) as Record<string, string | number>),
    });
    const expected = fill(object(filled['expect']), { ...places, ...times });
    expect(differences(comparable(expected), observed(answer, now))).toEqual([]);
    expect(answer.decision?.allowed).toBe(expected['ok']);
  });
});

async function prepare(harness: Harness, row: JsonObject): Promise<void> {
  const clientIds = items(object(row['provider'])['clientIds']);
  const made = await harness.iam('CreateOpenIDConnectProvider', {
    Url: ISSUER,
    ...Object.fromEntries(clientIds.map((id, at) => [`ClientIDList.member.${at + 1}`, String(id)])),
  });
  const role = await harness.iam('CreateRole', {
    RoleName: ROLE,
    AssumeRolePolicyDocument: JSON.stringify(row['trustPolicy']),
    MaxSessionDuration: Number(object(row['role'])['maxSessionDuration']),
  });
  expect([made.status, role.status, role.message]).toEqual([200, 200, undefined]);
}

/** The token of a row: members in order, with times relative to now; and the resulting times. */
function tokenOf(row: JsonObject, now: number): { token: string; times: Record<string, string> } {
  const times: Record<string, string> = {};
  const duplicates = new Map(items(row['duplicateMembers']).map(entry => [text(object(entry)['name']), object(entry)]));
  const parts: string[] = [];
  const late: string[] = [];
  for (const [name, value] of Object.entries(object(row['claims']))) {
    const twice = items(duplicates.get(name)?.['values']);
    const claim = twice[0] ?? value;
    parts.push(`${JSON.stringify(name)}:${claimText(name, claim, now, times)}`);
    for (const again of twice.slice(1)) late.push(`${JSON.stringify(name)}:${claimText(name, again, now, times)}`);
  }
  const header = object(row['header']);
  const payload = `{${[...parts, ...late].join(',')}}`;
  const signWith = text(row['signWith']) ?? 'none';
  return { token: sign(header, payload, signWith), times };
}

function claimText(name: string, value: Json, now: number, times: Record<string, string>): string {
  const { rel, form } = object(value);
  if (typeof rel !== 'number') return JSON.stringify(value);
  const at = now + rel;
  times[name] = String(at);
  if (form === 'string') return JSON.stringify(String(at));
  return form === 'fraction' && Number.isInteger(at) ? `${at}.5` : String(at);
}

function sign(header: JsonObject, payload: string, signWith: string): string {
  if (/^(RS|ES)/.test(signWith)) return signToken(header, payload, signWith);
  const part = (value: string): string => Buffer.from(value).toString('base64url');
  const input = `${part(JSON.stringify(header))}.${part(payload)}`;
  const mac = signWith.startsWith('HS')
    ? createHmac(`sha${signWith.slice(2)}`, 'shared')
        .update(input)
        .digest('base64url')
    : '';
  return `${input}.${mac}`;
}

function keySetOf(jwks: Json | undefined): PublishedKeySet {
  if (jwks === 'standard' || jwks === undefined) return standardKeys();
  return { keys: items(object(jwks)['keys']).flatMap(key => publishedKeys(object(key))) };
}

function publishedKeys(row: JsonObject): readonly PublishedKey[] {
  const { key, x5c, repeat, ...rest } = row;
  const times = typeof repeat === 'number' ? repeat : 1;
  const source = text(key);
  const named = source?.replace('-modulus-altered', '') ?? '';
  const base: Record<string, unknown> = keys[named] === undefined ? {} : { ...jwk(keys[named]) };
  const { n } = base;
  if (source?.endsWith('-modulus-altered') === true) base['n'] = `${String(n).slice(0, -4)}AAAA`;
  if (x5c !== undefined) base['x5c'] = [certificate()];
  return Array.from({ length: times }, (_, i) => ({ ...base, ...fill(rest, { i: String(i) }) }));
}

let made: string | undefined;

/** A self-signed certificate of rsa1, base64 of its DER form. */
function certificate(): string {
  if (made !== undefined) return made;
  const cert = forge.pki.createCertificate();
  cert.publicKey = forge.pki.publicKeyFromPem(rsa1.publicKey.export({ format: 'pem', type: 'spki' }).toString());
  cert.serialNumber = '01';
  cert.setSubject([{ name: 'commonName', value: 'parity' }]);
  cert.setIssuer([{ name: 'commonName', value: 'parity' }]);
  const privateKey = rsa1.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
  cert.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  made = forge.util.encode64(forge.asn1.toDer(forge.pki.certificateToAsn1(cert)).getBytes());
  return made;
}

/** Recorded members that can be compared with a reply. */
function comparable(expected: JsonObject): Record<string, unknown> {
  const { note: _, ...rest } = expected;
  return rest;
}

function observed(answer: Answer, now: number): Record<string, unknown> {
  const { result } = answer;
  const { Expiration, AccessKeyId } = members(result['Credentials']);
  const size = result['PackedPolicySize'];
  return {
    ok: answer.status === 200,
    code: answer.code,
    message: answer.message,
    httpStatus: answer.status,
    audience: result['Audience'],
    subject: result['SubjectFromWebIdentityToken'],
    provider: result['Provider'],
    assumedRoleArn: members(result['AssumedRoleUser'])['Arn'],
    packedPolicySize: size === undefined ? undefined : Number(size),
    sourceIdentity: result['SourceIdentity'],
    sessionSeconds: Expiration === undefined ? undefined : Date.parse(String(Expiration)) / 1000 - now,
    accessKeyIdPrefix: AccessKeyId === undefined ? undefined : String(AccessKeyId).slice(0, 4),
  };
}
