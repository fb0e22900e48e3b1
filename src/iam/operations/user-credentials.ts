/** List operations for credentials that are not emulated: always empty. Tools call them before they delete a user. */

import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { userNamed, userOrCaller } from '../lookups.ts';
import * as member from '../members.ts';
import {
  serviceSpecificCredentialMetadataShape,
  signingCertificateShape,
  sshPublicKeyMetadataShape,
} from '../shapes.ts';
import { anyResource, readUser } from '../targets.ts';

export const userCredentialOperations = [
  operation({
    name: 'ListSSHPublicKeys',
    auth: 'signed',
    input: struct('ListSSHPublicKeysRequest', { UserName: optional(member.userName), ...member.pageRequest }),
    output: struct('ListSSHPublicKeysResponse', {
      SSHPublicKeys: optional(list(sshPublicKeyMetadataShape)),
      ...member.pageReply,
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      userNamed(store, call.caller.account, userOrCaller(input.UserName, call));
      return { SSHPublicKeys: [], IsTruncated: false };
    },
  }),

  operation({
    name: 'ListSigningCertificates',
    auth: 'signed',
    input: struct('ListSigningCertificatesRequest', {
      UserName: optional(member.existingUserName),
      ...member.pageRequest,
    }),
    output: struct('ListSigningCertificatesResponse', {
      Certificates: list(signingCertificateShape),
      ...member.pageReply,
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      userNamed(store, call.caller.account, userOrCaller(input.UserName, call));
      return { Certificates: [], IsTruncated: false };
    },
  }),

  operation({
    name: 'ListServiceSpecificCredentials',
    auth: 'signed',
    input: struct('ListServiceSpecificCredentialsRequest', {
      UserName: optional(member.userName),
      ServiceName: optional(member.anyText),
      AllUsers: optional(member.flag),
      ...member.pageRequest,
    }),
    output: struct('ListServiceSpecificCredentialsResponse', {
      ServiceSpecificCredentials: optional(list(serviceSpecificCredentialMetadataShape)),
      Marker: optional(member.responseMarker),
      IsTruncated: optional(member.flag),
    }),
    target: (input, call, deps) => (input.AllUsers === true ? anyResource() : readUser(input.UserName, call, deps)),
    handle(input, call, { store }) {
      if (input.AllUsers !== true) userNamed(store, call.caller.account, userOrCaller(input.UserName, call));
      return { ServiceSpecificCredentials: [], IsTruncated: false };
    },
  }),
];
