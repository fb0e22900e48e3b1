/** Operations for SAML providers, which are registered with their metadata. */

import { createPrivateKey } from 'node:crypto';
import { samlProviderArn } from '../../accounts/arns.ts';
import { type SamlProvider, samlProviderKey, samlProviders } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { SignedCall, Target } from '../../aws/operation.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { entityAlreadyExists, invalidInput, noSuchEntity, quotaExceeded } from '../errors.ts';
import { samlProviderNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { parseSamlMetadata } from '../saml-metadata.ts';
import { samlPrivateKeyShape, samlProviderListEntryShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { samlProvider, withTagPermission } from '../targets.ts';

/** Maximum private keys of one provider. */
const PRIVATE_KEYS = 2;
/** A provider is valid for 100 years (recorded). */
const YEARS = 100;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const samlProviderOperations = [
  operation({
    name: 'CreateSAMLProvider',
    auth: 'signed',
    input: struct('CreateSAMLProviderRequest', {
      SAMLMetadataDocument: member.samlMetadata,
      Name: member.samlProviderName,
      Tags: optional(member.tagList),
      AssertionEncryptionMode: optional(member.assertionEncryptionMode),
      AddPrivateKey: optional(member.privateKey),
    }),
    output: struct('CreateSAMLProviderResponse', {
      SAMLProviderArn: optional(member.arn),
      Tags: optional(member.tagList),
    }),
    target(input, { caller }) {
      const created = {
        resource: samlProviderArn(caller.account, input.Name),
        context: requestTagKeys(input.Tags),
      };
      return withTagPermission(input.Tags, created, 'iam:TagSAMLProvider');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const name = input.Name;
      const key = samlProviderKey({ account, name });
      const taken = () => entityAlreadyExists(`SAMLProvider with name ${name} already exists.`);
      if (deps.store.get(samlProviders, key) !== undefined) throw taken();
      parseSamlMetadata(input.SAMLMetadataDocument);
      const created: SamlProvider = {
        account,
        name,
        arn: samlProviderArn(account, name),
        uuid: randomId('SAMLSP', deps),
        metadata: input.SAMLMetadataDocument,
        assertionEncryption: input.AssertionEncryptionMode ?? 'Allowed',
        privateKeys: input.AddPrivateKey === undefined ? [] : [privateKeyOf(input.AddPrivateKey, now, deps)],
        createdAt: now,
        validUntil: new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() + YEARS),
        tags: withTags([], input.Tags ?? []),
      };
      await commitChanges(deps.store, [put(samlProviders, key, created, 0)], taken);
      const tags = input.Tags ?? [];
      return { SAMLProviderArn: created.arn, ...(tags.length === 0 ? {} : { Tags: tags }) };
    },
  }),

  operation({
    name: 'GetSAMLProvider',
    auth: 'signed',
    input: struct('GetSAMLProviderRequest', { SAMLProviderArn: member.arn }),
    output: struct('GetSAMLProviderResponse', {
      SAMLProviderUUID: optional(member.privateKeyId),
      SAMLMetadataDocument: optional(member.samlMetadata),
      CreateDate: optional(member.date),
      ValidUntil: optional(member.date),
      Tags: optional(member.tagList),
      AssertionEncryptionMode: optional(member.assertionEncryptionMode),
      PrivateKeyList: optional(list(samlPrivateKeyShape, { max: 2 })),
    }),
    target,
    handle(input, _call, { store }) {
      const { value } = samlProviderNamed(input.SAMLProviderArn, store);
      return {
        SAMLProviderUUID: value.uuid,
        SAMLMetadataDocument: value.metadata,
        CreateDate: value.createdAt,
        ValidUntil: value.validUntil,
        Tags: [...value.tags],
        AssertionEncryptionMode: value.assertionEncryption,
        PrivateKeyList: value.privateKeys.map(({ keyId, addedAt }) => ({ KeyId: keyId, Timestamp: addedAt })),
      };
    },
  }),

  operation({
    name: 'ListSAMLProviders',
    auth: 'signed',
    input: struct('ListSAMLProvidersRequest', {}),
    output: struct('ListSAMLProvidersResponse', { SAMLProviderList: optional(list(samlProviderListEntryShape)) }),
    target: (_input, { caller }) => ({ resource: samlProviderArn(caller.account, '*') }),
    handle(_input, { caller }, { store }) {
      const all = store.list(samlProviders, `${caller.account}/`);
      return {
        SAMLProviderList: all.map(({ value }) => ({
          Arn: value.arn,
          ValidUntil: value.validUntil,
          CreateDate: value.createdAt,
        })),
      };
    },
  }),

  operation({
    name: 'UpdateSAMLProvider',
    auth: 'signed',
    input: struct('UpdateSAMLProviderRequest', {
      SAMLMetadataDocument: optional(member.samlMetadata),
      SAMLProviderArn: member.arn,
      AssertionEncryptionMode: optional(member.assertionEncryptionMode),
      AddPrivateKey: optional(member.privateKey),
      RemovePrivateKey: optional(member.privateKeyId),
    }),
    output: struct('UpdateSAMLProviderResponse', { SAMLProviderArn: optional(member.arn) }),
    target,
    async handle(input, { now }, deps) {
      const { value, version } = samlProviderNamed(input.SAMLProviderArn, deps.store);
      if (input.SAMLMetadataDocument !== undefined) parseSamlMetadata(input.SAMLMetadataDocument);
      const kept = withoutKey(value.privateKeys, input.RemovePrivateKey);
      const keys = input.AddPrivateKey === undefined ? kept : [...kept, privateKeyOf(input.AddPrivateKey, now, deps)];
      if (keys.length > PRIVATE_KEYS) throw quotaExceeded('PrivateKeysPerSAMLProvider', PRIVATE_KEYS);
      const changed: SamlProvider = {
        ...value,
        metadata: input.SAMLMetadataDocument ?? value.metadata,
        assertionEncryption: input.AssertionEncryptionMode ?? value.assertionEncryption,
        privateKeys: keys,
      };
      await commitChanges(deps.store, [put(samlProviders, samlProviderKey(value), changed, version)]);
      return { SAMLProviderArn: value.arn };
    },
  }),

  operation({
    name: 'DeleteSAMLProvider',
    auth: 'signed',
    input: struct('DeleteSAMLProviderRequest', { SAMLProviderArn: member.arn }),
    target,
    async handle(input, _call, { store }) {
      const { value, version } = samlProviderNamed(input.SAMLProviderArn, store);
      await commitChanges(store, [remove(samlProviders, samlProviderKey(value), version)]);
      return {};
    },
  }),
];

function target(input: { readonly SAMLProviderArn: string }, call: SignedCall<Caller>, deps: IamDeps): Target {
  return samlProvider(input.SAMLProviderArn, call, deps);
}

type PrivateKey = SamlProvider['privateKeys'][number];

/** An RSA key of any size in PEM; AWS accepts 1,024 bits too (recorded), contrary to its guide. */
function privateKeyOf(pem: string, addedAt: number, deps: IamDeps): PrivateKey {
  if (!isRsa(pem)) throw invalidInput('Could not parse private key.', { reason: 'saml-private-key' });
  return { keyId: randomId('SAMLPK', deps), addedAt, pem };
}

function isRsa(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    // Not a key format that OpenSSL supports.
    return false;
  }
}

function withoutKey(keys: readonly PrivateKey[], keyId: string | undefined): readonly PrivateKey[] {
  if (keyId === undefined) return keys;
  if (!keys.some(key => key.keyId === keyId)) throw noSuchEntity(`Private key with id ${keyId} cannot be found.`);
  return keys.filter(key => key.keyId !== keyId);
}

/** `SAMLSP…` and `SAMLPK…`: a prefix and 16 characters. */
const randomId = (prefix: string, { random }: IamDeps): string =>
  prefix + [...random.bytes(16)].map(byte => ALPHABET[byte & 31]).join('');
