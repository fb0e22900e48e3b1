/** Generates the OpenAPI 3.1 document of the control API from its rows. */
import { type TSchema, Type } from 'typebox';
import { defined } from '../../kernel/defined.ts';
import type { ControlRow } from './row.ts';

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    path: Type.Optional(Type.String({ description: 'JSON Pointer into the request body.' })),
    suggestion: Type.Optional(Type.String()),
    problems: Type.Optional(
      Type.Array(
        Type.Object({ path: Type.String(), message: Type.String(), suggestion: Type.Optional(Type.String()) }),
      ),
    ),
  },
  { description: 'Problem details (RFC 9457).' },
);

const content = (schema: TSchema, media = 'application/json') => ({ content: { [media]: { schema } } });

function parameters(row: ControlRow) {
  const of = (place: 'path' | 'query', schema: ControlRow['params']) =>
    Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
      name,
      in: place,
      required: schema?.required?.includes(name) ?? false,
      schema: property,
    }));
  return [...of('path', row.params), ...of('query', row.query)];
}

function operation(row: ControlRow) {
  const answer =
    row.produces === undefined ? content(row.answer ?? Type.Unknown()) : content(Type.String(), row.produces);
  const status = row.method === 'DELETE' && row.answer === undefined ? '204' : '200';
  return {
    summary: row.summary,
    parameters: parameters(row),
    ...defined({ requestBody: row.body && { required: !Type.IsOptional(row.body), ...content(row.body) } }),
    responses: {
      [status]: { description: row.summary, ...(status === '204' ? {} : answer) },
      '4XX': { description: 'The request was rejected.', ...content(ProblemSchema, 'application/problem+json') },
    },
  };
}

/** Creates the OpenAPI document; paths include the `/_rolecall` prefix. */
export function openApiDocument(rows: readonly ControlRow[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of rows) {
    const path = `/_rolecall${row.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] ??= {};
    paths[path][row.method.toLowerCase()] = operation(row);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Rolecall control API', version },
    paths,
    components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } } },
  };
}
