/** Control call on CI jobs: the variables and files with which a job's own clients find their identity. */
import { Type } from 'typebox';
import { control, strict } from './row.ts';

const JobRequest = Type.Object(
  {
    issuer: Type.String({ description: 'Id of a hosted issuer.' }),
    claims: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    audience: Type.Optional(Type.String()),
    directory: Type.String({ minLength: 1, maxLength: 4096, description: 'Where the job will find its files.' }),
  },
  strict,
);

const Job = Type.Object({
  variables: Type.Record(Type.String(), Type.String()),
  files: Type.Array(Type.Object({ path: Type.String(), content: Type.String() })),
  renewAfter: Type.Optional(
    Type.Number({ description: 'Seconds of movable time after which the files are made anew.' }),
  ),
});

export const jobRows = [
  control({
    method: 'POST',
    path: '/jobs',
    summary: 'The environment of a CI job or pod, as its platform gives it. Nothing is written here.',
    body: JobRequest,
    answer: Job,
    handle: ({ body, raw }, { idp }) => idp.job({ ...body, baseUrl: `${raw.protocol}://${raw.host}` }),
  }),
];
