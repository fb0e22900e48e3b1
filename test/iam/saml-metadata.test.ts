/** SAML metadata: what is read from it, and what is refused. */
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { readSamlMetadata } from '../../src/iam/saml-metadata.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { makeHouse } from './house.ts';
import { arn, METADATA, send } from './world.ts';

it('reads the entity id and the signing certificates', () => {
  const { entityId, certificates } = readSamlMetadata(METADATA);
  expect(entityId).toBe('https://idp.example.com/saml');
  expect(certificates).toEqual(['TUlJQw'.repeat(150)]);
});

const without = (part: RegExp, by = ''): string => METADATA.replace(part, by);

describe('refuses as AWS does', () => {
  it.each([
    ['what is no XML', 'x'.repeat(1000)],
    ['XML that ends early', METADATA.slice(0, -30)],
    ['another root', '<a/>'],
    ['another namespace', without(/SAML:2\.0:metadata/, 'SAML:1.0:metadata')],
    ['no entity id', without(/ entityID="[^"]*"/)],
    ['no identity provider', METADATA.replaceAll('IDPSSODescriptor', 'SPSSODescriptor')],
    ['no signing certificate', without(/use="signing"/, 'use="encryption"')],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${METADATA}`],
    ['an entity that nobody declared', without(/https:\/\/idp/, '&a;')],
  ])('%s', (_, text) => {
    expect(() => readSamlMetadata(text)).toThrow(expect.objectContaining({ code: 'InvalidInput', status: 400 }));
    expect(() => readSamlMetadata(text)).toThrow(AwsError);
    expect(() => readSamlMetadata(text)).toThrow('Could not parse metadata.');
  });

  it('elements a hundred thousand levels deep', () => {
    expect(() => readSamlMetadata('<a>'.repeat(100_000))).toThrow(AwsError);
  });
});

describe('providers', () => {
  const SAMLProviderArn = arn('saml-provider/corp');
  it("are valid for a hundred years and carry ids of AWS's form", async () => {
    const house = makeHouse();
    house.clock.set(Date.UTC(2026, 10, 20, 12));
    house.clock.freeze(true);
    expect(
      await answerOf(send(house, 'CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument: METADATA })),
    ).toMatchObject({
      output: { SAMLProviderArn },
    });
    expect(await send(house, 'GetSAMLProvider', { SAMLProviderArn })).toMatchObject({
      SAMLMetadataDocument: METADATA,
      SAMLProviderUUID: expect.stringMatching(/^SAMLSP[A-Z2-7]{16}$/),
      CreateDate: new Date(Date.UTC(2026, 10, 20, 12)),
      ValidUntil: new Date(Date.UTC(2126, 10, 20, 12)),
      AssertionEncryptionMode: 'Allowed',
      PrivateKeyList: [],
      Tags: [],
    });
    expect(await send(house, 'ListSAMLProviders')).toMatchObject({ SAMLProviderList: [{ Arn: SAMLProviderArn }] });
  });

  it('that are not there, or there already', async () => {
    const house = makeHouse();
    const create = () => answerOf(send(house, 'CreateSAMLProvider', { Name: 'corp', SAMLMetadataDocument: METADATA }));
    await create();
    expect(await create()).toMatchObject({ code: 'EntityAlreadyExists', httpStatus: 409 });
    await send(house, 'DeleteSAMLProvider', { SAMLProviderArn });
    expect(await answerOf(send(house, 'GetSAMLProvider', { SAMLProviderArn }))).toMatchObject({ code: 'NoSuchEntity' });
  });

  it('take RSA keys, two at most, and nothing else', async () => {
    const house = makeHouse();
    const input = { Name: 'corp', SAMLMetadataDocument: METADATA, AddPrivateKey: 'not a key' };
    expect(await answerOf(send(house, 'CreateSAMLProvider', input))).toMatchObject({ code: 'InvalidInput' });
  });
});
