/** Control API call on CI jobs: the environment variables and files through which clients in a job get their token. */
import { Type } from 'typebox';
import { defineCall, strict } from './row.ts';

const JobRequest = Type.Object(
  {
    issuer: Type.String({ description: 'ID of a hosted issuer.' }),
    claims: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    audience: Type.Optional(Type.String()),
    directory: Type.String({
      minLength: 1,
      maxLength: 4096,
      description: 'Directory in which the job expects the files.',
    }),
  },
  strict,
);

const Job = Type.Object({
  variables: Type.Record(Type.String(), Type.String()),
  files: Type.Array(Type.Object({ path: Type.String(), content: Type.String() })),
  renewAfter: Type.Optional(
    Type.Number({ description: 'Seconds of movable time after which the files must be created again.' }),
  ),
});

export const jobRows = [
  defineCall({
    method: 'POST',
    path: '/jobs',
    summary: 'Create the environment of a CI job or pod as its platform provides it. The server writes no files.',
    body: JobRequest,
    answer: Job,
    handle: ({ body, raw }, { idp }) => idp.job({ ...body, baseUrl: `${raw.protocol}://${raw.host}` }),
  }),
];
