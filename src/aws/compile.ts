/** Binds operations to their dependencies, and compiles the schemas of an operation, when first used, to a reader, a check and serializers. */
import { rowsByName } from '../kernel/table.ts';
import { compileCheck } from './constraints.ts';
import type { Parameters } from './form.ts';
import { compileJsonReader, compileJsonWriter, envelopeJson } from './json.ts';
import type { Call, Operation, Service, Target } from './operation.ts';
import { compileReader } from './query.ts';
import type { BoundOperation, BoundService } from './wire.ts';
import { compileXmlReply } from './xml.ts';

/** The response formats. */
export type ResponseFormat = 'xml' | 'json' | 'json-1.1';

interface Codec {
  /** Reads the input and checks every constraint; throws MalformedInput and ValidationError. */
  readonly read: (parameters: Parameters, body: Buffer) => unknown;
  readonly write: Readonly<Record<ResponseFormat, (output: unknown, requestId: string) => string>>;
}

interface CompiledOperation<C> extends BoundOperation<C> {
  readonly codec: () => Codec;
}

export interface CompiledService<C> extends BoundService<C> {
  readonly operationsByName: ReadonlyMap<string, CompiledOperation<C>>;
}

/** The matched route of a request. */
export interface MatchedRoute<C> {
  readonly service: CompiledService<C>;
  readonly operation: CompiledOperation<C>;
  readonly parameters: Parameters;
  /** Region of the credential scope, else of the endpoint, else us-east-1. */
  readonly region: string;
}

/** Binds a service's dependencies to its operations, so that the pipeline does not need to know them. */
export const bindService = <C, D>(service: Service<C, D>, deps: D): BoundService<C> => ({
  ...service,
  operations: service.operations.map(operation => bindOperation(operation, deps)),
});

function bindOperation<C, D>(operation: Operation<C, D>, deps: D): BoundOperation<C> {
  const { target: _, ...row } = operation;
  return {
    ...row,
    targets(input, call) {
      const wanted = operation.target?.(input, call, deps) ?? NO_TARGETS;
      return 'resource' in wanted ? [wanted] : wanted;
    },
    handle: (input: unknown, call: Call<C>) => operation.handle(input, call, deps),
  };
}

const NO_TARGETS: readonly Target[] = [];

export function compileService<C>(service: BoundService<C>): CompiledService<C> {
  return {
    ...service,
    operationsByName: rowsByName(
      service.operations.map(operation => [operation.name, compileOperation(service, operation)]),
      `service ${service.name}`,
    ),
  };
}

function compileOperation<C>(service: BoundService<C>, operation: BoundOperation<C>): CompiledOperation<C> {
  let codec: Codec | undefined;
  return {
    ...operation,
    codec() {
      codec ??= compileCodec(service, operation);
      return codec;
    },
  };
}

function compileCodec<C>(service: BoundService<C>, operation: BoundOperation<C>): Codec {
  const check = compileCheck(operation.input, service.printsValues);
  const fromForm = compileReader(operation.input, service.emptyLists);
  const fromJson = compileJsonReader(operation.input);
  const members = compileJsonWriter(operation.output);
  const read =
    service.targetPrefix === undefined
      ? (parameters: Parameters) => fromForm(parameters)
      : (_parameters: Parameters, body: Buffer) => fromJson(body);
  return {
    read(parameters, body) {
      const input = read(parameters, body);
      check(input);
      return input;
    },
    write: {
      xml: compileXmlReply(operation.name, service.namespace, operation.output),
      json: (output, requestId) => envelopeJson(operation.name, members(output), requestId),
      'json-1.1': output => members(output) ?? '{}',
    },
  };
}
