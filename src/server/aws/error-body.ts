/** Serializes an AWS error in the protocol of its request, for requests that are refused before the pipeline. */
import type { FastifyRequest } from 'fastify';
import type { AwsError } from '../../aws/error.ts';
import { errorJson, errorJson11 } from '../../aws/json.ts';
import { errorXml } from '../../aws/xml.ts';

const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const IAM_NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** Media type and body. */
export function serializeAwsError(
  error: AwsError,
  request: FastifyRequest,
): readonly [mediaType: string, body: string] {
  const { accept = '', 'x-amz-target': target } = request.headers;
  if (target !== undefined) return ['application/x-amz-json-1.1', errorJson11(error)];
  if (accept.includes('application/json')) return ['application/json', errorJson(error, request.id)];
  const namespace = /(?:^|[?&])Version=2010-05-08(?:&|$)/.test(textOf(request)) ? IAM_NAMESPACE : STS_NAMESPACE;
  return ['text/xml', errorXml(error, namespace, request.id)];
}

const textOf = ({ body, url }: FastifyRequest): string =>
  Buffer.isBuffer(body) && body.length > 0 ? String(body) : url;
