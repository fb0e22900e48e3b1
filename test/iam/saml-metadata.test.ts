/** SAML metadata: parsed data and refused documents. */
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { parseSamlMetadata } from '../../src/iam/saml-metadata.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { processorMs } from '../support/processor-time.ts';
import { nestedNamespaces, siblings } from '../xml/bombs.ts';
import { arn, METADATA, send } from './fixtures.ts';
import { createHarness } from './harness.ts';

it('reads the entity id and the signing certificates', () => {
  const { entityId, certificates } = parseSamlMetadata(METADATA);
  expect(entityId).toBe('https://idp.example.com/saml');
  expect(certificates).toEqual(['TUlJQw'.repeat(150)]);
});

const without = (part: RegExp, by = ''): string => METADATA.replace(part, by);

describe('refuses like AWS', () => {
  it.each([
    ['a text that is not XML', 'x'.repeat(1000)],
    ['XML that ends early', METADATA.slice(0, -30)],
    ['another root', '<a/>'],
    ['another namespace', without(/SAML:2\.0:metadata/, 'SAML:1.0:metadata')],
    ['no entity id', without(/ entityID="[^"]*"/)],
    ['no identity provider', METADATA.replaceAll('IDPSSODescriptor', 'SPSSODescriptor')],
    ['no signing certificate', without(/use="signing"/, 'use="encryption"')],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${METADATA}`],
    ['an undeclared entity', without(/https:\/\/idp/, '&a;')],
  ])('%s', (_, text) => {
    expect(() => parseSamlMetadata(text)).toThrow(expect.objectContaining({ code: 'InvalidInput', status: 400 }));
    expect(() => parseSamlMetadata(text)).toThrow(AwsError);
    expect(() => parseSamlMetadata(text)).toThrow('Could not parse metadata.');
  });

  it('elements a hundred thousand levels deep', () => {
    expect(() => parseSamlMetadata('<a>'.repeat(100_000))).toThrow(AwsError);
  });
});

describe('names the exceeded limit in the detail, without long parsing', () => {
  const inside = (xml: string): string => METADATA.replace('</md:IDPSSODescriptor>', `${xml}</md:IDPSSODescriptor>`);
  it.each([
    ['a thousand nested namespaces', inside(nestedNamespaces(1000)), 'The document nests deeper than 64 elements.'],
    ['two thousand nested namespaces', inside(nestedNamespaces(2000)), 'The document nests deeper than 64 elements.'],
    ['80,000 elements', inside(siblings(80_000)), 'The document has more than 2000 elements.'],
    ['150,000 elements', inside(siblings(150_000)), 'The document has more than 2000 elements.'],
    ['elements nested a hundred thousand levels', '<a>'.repeat(100_000), 'The document nests deeper than 64 elements.'],
    ['a document type in lower case', `<!doctype x>${METADATA}`, 'The document has a document type declaration.'],
    ['a stylesheet', `<?xml-stylesheet href="a"?>${METADATA}`, 'The document has a processing instruction.'],
  ])('%s', (_, text, detail) => {
    const read = () => parseSamlMetadata(text);
    expect(text).not.toBe(METADATA);
    expect(read).toThrow(
      expect.objectContaining({ code: 'InvalidInput', message: 'Could not parse metadata.', detail }),
    );
    expect(processorMs(() => expect(read).toThrow(AwsError))).toBeLessThan(1000);
  });

  it('accepts 400 certificates and 10 million characters', () => {
    const key = /<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/.exec(METADATA)?.[0] ?? '';
    expect(parseSamlMetadata(inside(key.repeat(399))).certificates).toHaveLength(400);
    const padded = inside(`<md:Extensions>${' '.repeat(10_000_000 - METADATA.length - 50)}</md:Extensions>`);
    expect(padded.length).toBeGreaterThan(9_999_900);
    expect(parseSamlMetadata(padded).certificates).toHaveLength(1);
  });
});

describe('providers', () => {
  const SAMLProviderArn = arn('saml-provider/corp');
  it("are valid for 100 years and have ids of AWS's form", async () => {
    const harness = createHarness();
    harness.clock.set(Date.UTC(2026, 10, 20, 12));
    harness.clock.freeze(true);
    expect(
      await answerOf(send(harness, 'CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument: METADATA })),
    ).toMatchObject({
      output: { SAMLProviderArn },
    });
    expect(await send(harness, 'GetSAMLProvider', { SAMLProviderArn })).toMatchObject({
      SAMLMetadataDocument: METADATA,
      SAMLProviderUUID: expect.stringMatching(/^SAMLSP[A-Z2-7]{16}$/),
      CreateDate: new Date(Date.UTC(2026, 10, 20, 12)),
      ValidUntil: new Date(Date.UTC(2126, 10, 20, 12)),
      AssertionEncryptionMode: 'Allowed',
      PrivateKeyList: [],
      Tags: [],
    });
    expect(await send(harness, 'ListSAMLProviders')).toMatchObject({ SAMLProviderList: [{ Arn: SAMLProviderArn }] });
  });

  it('that do not exist, or exist already', async () => {
    const harness = createHarness();
    const create = () =>
      answerOf(send(harness, 'CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument: METADATA }));
    await create();
    expect(await create()).toMatchObject({ code: 'EntityAlreadyExists', httpStatus: 409 });
    await send(harness, 'DeleteSAMLProvider', { SAMLProviderArn });
    expect(await answerOf(send(harness, 'GetSAMLProvider', { SAMLProviderArn }))).toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it('accept RSA keys only, two at most', async () => {
    const harness = createHarness();
    const input = { Name: 'corp', SAMLMetadataDocument: METADATA, AddPrivateKey: 'not a key' };
    expect(await answerOf(send(harness, 'CreateSAMLProvider', input))).toMatchObject({ code: 'InvalidInput' });
  });
});
