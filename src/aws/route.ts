/** The first stage: finds the service and operation of a request, with the precedence recorded from AWS (github.com/justincormack/argmin). */
import { rowsByName } from '../kernel/table.ts';
import { type CompiledService, compileService, type MatchedRoute } from './compile.ts';
import { type AwsError, methodNotAllowed, unknownAction, unknownOperation, unsupportedOperation } from './error.ts';
import type { Exchange } from './exchange.ts';
import { NO_PARAMETERS, readForm } from './form.ts';
import { mediaType } from './headers.ts';
import { DEFAULT_REGION } from './operation.ts';
import { type LastSignature, scopeOf } from './sigv4-parse.ts';
import type { BoundService } from './wire.ts';

const HOME = 'https://aws.amazon.com/iam';
const FORM = 'application/x-www-form-urlencoded';

export interface Routes<C> {
  readonly byName: ReadonlyMap<string, CompiledService<C>>;
  readonly byVersion: ReadonlyMap<string, CompiledService<C>>;
  readonly byTargetPrefix: ReadonlyMap<string, CompiledService<C>>;
  /** The service for requests that specify none: STS, or the only service. */
  readonly fallback: CompiledService<C> | undefined;
}

interface Redirect {
  readonly location: string;
}

export function buildRoutes<C>(services: readonly BoundService<C>[]): Routes<C> {
  const compiled = services.map(compileService);
  const byName = rowsByName(
    compiled.map(service => [service.name, service]),
    'the list of services',
  );
  const prefixed = compiled.flatMap(service =>
    service.targetPrefix === undefined
      ? []
      : [...targetNames(service.targetPrefix)].map(name => [name, service] as const),
  );
  const query = compiled.filter(service => service.targetPrefix === undefined);
  return {
    byName,
    byVersion: rowsByName(
      query.map(service => [service.version, service]),
      'the list of API versions',
    ),
    byTargetPrefix: rowsByName(prefixed, 'the list of target prefixes'),
    fallback: byName.get('sts') ?? compiled[0],
  };
}

/** Some clients omit the package: `CloudTrail_20131101.LookupEvents`. */
const targetNames = (prefix: string): ReadonlySet<string> =>
  new Set([prefix, prefix.slice(prefix.lastIndexOf('.') + 1)]);

/** Finds the operation of a request; throws InvalidAction and similar errors, or returns a redirect. */
export function route<C>(exchange: Exchange<C>, routes: Routes<C>, last: LastSignature): MatchedRoute<C> | Redirect {
  const { method, query, body, endpoint } = exchange.request;
  const scope = scopeOf(exchange.headers.get('authorization'), query, last);
  const region = scope?.region ?? endpoint?.region ?? DEFAULT_REGION;
  const named = routes.byName.get(endpoint?.service ?? scope?.service ?? '');
  exchange.service = named ?? routes.fallback;
  if (method !== 'POST' && method !== 'GET') {
    throw methodNotAllowed('The specified method is not allowed against this resource.');
  }
  const target = exchange.headers.get('x-amz-target');
  if (named?.targetPrefix !== undefined || (target !== undefined && routes.byTargetPrefix.size > 0)) {
    return routeTarget(exchange, routes, target ?? '', region);
  }
  const isPost = method === 'POST';
  if (isPost && mediaType(exchange.headers) !== FORM) return { location: HOME };
  const parameters = readForm(query, isPost ? body : undefined);
  const action = parameters.get('Action');
  if (action === undefined) return { location: isPost || query === '' ? HOME : `${HOME}?${printable(query)}` };
  const version = parameters.get('Version');
  const service = named ?? routes.byVersion.get(version ?? '') ?? routes.fallback;
  if (service === undefined || version !== service.version) throw unknownAction(action, version);
  exchange.service = service;
  const operation = service.operationsByName.get(action);
  if (operation !== undefined) return { service, operation, parameters, region };
  throw service.notEmulated.includes(action) ? unsupported(service.name, action) : unknownAction(action, version);
}

/** JSON 1.1: `X-Amz-Target: PREFIX.Operation`. */
function routeTarget<C>(exchange: Exchange<C>, routes: Routes<C>, target: string, region: string): MatchedRoute<C> {
  const dot = target.lastIndexOf('.');
  const service = routes.byTargetPrefix.get(target.slice(0, Math.max(dot, 0)));
  exchange.setFormat('json-1.1');
  const endpointService = exchange.request.endpoint?.service;
  if (service === undefined || (endpointService !== undefined && endpointService !== service.name))
    throw unknownOperation();
  exchange.service = service;
  const action = target.slice(dot + 1);
  const operation = service.operationsByName.get(action);
  if (operation !== undefined) return { service, operation, parameters: NO_PARAMETERS, region };
  throw service.notEmulated.includes(action) ? unsupported(service.name, action) : unknownOperation();
}

const unsupported = (service: string, action: string): AwsError =>
  unsupportedOperation(`Rolecall does not emulate ${service}:${action}.`);

/** Percent-encodes characters of a raw query that a header may not contain (all but printable ASCII). */
const printable = (query: string): string =>
  query.replace(/[^!-~]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
