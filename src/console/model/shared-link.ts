/** Encodes a playground in a URL fragment: base64url JSON of limited size, with every member checked on decoding. */
import { isObject } from '../../policy/json.ts';
import type { Setup } from './setup.ts';

/** Maximum length in characters; some programs truncate longer URLs. */
const MAX_LENGTH = 60_000;

export function encodeSetup(setup: Setup): string {
  const bytes = new TextEncoder().encode(JSON.stringify(setup));
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Undefined when the text is not a shared playground. */
export function decodeSetup(text: string): Setup | undefined {
  if (text.length > MAX_LENGTH || !/^[\w-]+$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return readSetup(JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, char => char.charCodeAt(0)))));
  } catch {
    // Neither base64 nor JSON: not a shared playground.
    return undefined;
  }
}

function readSetup(value: unknown): Setup | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { issuer, audience, clientIds, roleArn, sessionName, policy, claims } = value as Partial<
    Record<keyof Setup, unknown>
  >;
  const claimTexts = readTexts(claims);
  if (claimTexts === undefined) return undefined;
  const texts = [issuer, audience, clientIds, roleArn, sessionName, policy];
  if (!texts.every(text => typeof text === 'string')) return undefined;
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = texts;
  return { issuer: a, audience: b, clientIds: c, roleArn: d, sessionName: e, policy: f, claims: claimTexts };
}

function readTexts(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const texts: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string' || name === '__proto__') return undefined;
    texts[name] = text;
  }
  return texts;
}
