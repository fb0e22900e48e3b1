/** One request and its reply: ids, times and headers, and the tongue the answer is written in. */
import type { Clock } from '../kernel/clock.ts';
import type { CompiledService, Stop, Tongue } from './compile.ts';
import { type AwsError, FAULT_NAMESPACE } from './error.ts';
import { type Headers, readHeaders, wantsJson } from './headers.ts';
import { errorJson, errorJson11 } from './json.ts';
import type { Call } from './operation.ts';
import type { SignedRequest } from './sigv4-canonical.ts';
import type { RoadPlan, WireReply, WireRequest } from './wire.ts';
import { errorXml } from './xml.ts';

const CONTENT_TYPES: Readonly<Record<Tongue, string>> = {
  xml: 'text/xml',
  json: 'application/json',
  'json-1.1': 'application/x-amz-json-1.1',
};

/** The call as the road fills it in. It leads to nothing of the request, so that whoever observes it may keep it. */
export class RoadCall<C> implements Call<C> {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly secure: boolean;
  readonly host: string;
  readonly requestSize: number;
  readonly now: number;
  /** Comes with the signature. */
  caller: C | undefined;
  decisionId: string | undefined;
  asker: unknown;

  constructor(requestId: string, stop: Stop<C>, request: WireRequest, headers: Headers, now: number) {
    this.requestId = requestId;
    this.service = stop.service.name;
    this.operation = stop.operation.name;
    this.region = stop.region;
    this.sourceIp = request.sourceIp;
    this.userAgent = headers.get('user-agent') ?? '';
    this.secure = request.secure;
    this.host = headers.get('host') ?? '';
    this.requestSize = sizeOfRequest(request);
    this.now = now;
    this.caller = undefined;
    this.decisionId = undefined;
    this.asker = undefined;
  }

  decided(decisionId: string, asker?: unknown): void {
    this.decisionId = decisionId;
    this.asker = asker;
  }
}

function sizeOfRequest({ body, query, rawHeaders }: WireRequest): number {
  let size = body.length + query.length;
  for (const text of rawHeaders) size += text.length;
  return size;
}

export const openExchange = <C>(request: WireRequest, plan: RoadPlan<C>): Exchange<C> => new Exchange(request, plan);

export class Exchange<C> {
  readonly request: WireRequest;
  readonly headers: Headers;
  readonly requestId: string;
  /** Known from the endpoint, the scope or the version; its namespace frames the errors. */
  service: CompiledService<C> | undefined;
  input: unknown;
  readonly #plan: RoadPlan<C>;
  #tongue: Tongue;
  #stop: Stop<C> | undefined;
  #call: RoadCall<C> | undefined;

  constructor(request: WireRequest, plan: RoadPlan<C>) {
    this.request = request;
    this.headers = readHeaders(request.rawHeaders);
    this.requestId = request.requestId ?? plan.dice.uuid();
    this.#plan = plan;
    this.#tongue = wantsJson(this.headers) ? 'json' : 'xml';
  }

  speak(tongue: Tongue): void {
    this.#tongue = tongue;
  }

  /** What a signature is made of. */
  signed(): SignedRequest & { readonly body: Buffer } {
    const { method, path, query, body } = this.request;
    return { method, path, query, body, headers: this.headers };
  }

  /** The call of the operation that was found; from here on the outcome is observed. */
  reach(stop: Stop<C>): RoadCall<C> {
    this.#stop = stop;
    this.#call = new RoadCall(this.requestId, stop, this.request, this.headers, this.#plan.clock.now());
    return this.#call;
  }

  /** The reply of an operation that went well. */
  success(output: unknown): WireReply {
    const body = this.#stop?.operation.write[this.#tongue](output, this.requestId) ?? '';
    this.#close({ output });
    return { status: 200, headers: this.#headers(CONTENT_TYPES[this.#tongue]), body };
  }

  /** An error, written once, in the tongue the client asked for. */
  failure(error: AwsError): WireReply {
    this.#close({ error, asker: this.#call?.asker });
    const namespace = error.namespace ?? this.service?.namespace ?? FAULT_NAMESPACE;
    const bodies: Readonly<Record<Tongue, () => string>> = {
      xml: () => errorXml(error, namespace, this.requestId),
      json: () => errorJson(error, this.requestId),
      'json-1.1': () => errorJson11(error),
    };
    return {
      status: error.status,
      headers: this.#headers(CONTENT_TYPES[this.#tongue]),
      body: bodies[this.#tongue](),
    };
  }

  redirect(location: string): WireReply {
    return { status: 302, headers: { ...this.#headers(undefined), Location: location }, body: '' };
  }

  /** Tells the observer what became of the call, if it reached an operation. */
  #close(ending: { readonly output: unknown } | { readonly error: AwsError; readonly asker: unknown }): void {
    const call = this.#call;
    const operation = this.#stop?.operation;
    if (call === undefined || operation === undefined || this.#plan.observe === undefined) return;
    try {
      this.#plan.observe({ call, operation, input: this.input, ...ending });
    } catch (error) {
      // The reply stays as it is; an observer that fails is a fault of the house, for the log.
      this.#plan.onError?.(error, this.requestId);
    }
  }

  #headers(contentType: string | undefined): Record<string, string> {
    const headers: Record<string, string> = { 'x-amzn-RequestId': this.requestId };
    if (this.service?.name === 'sts') headers['x-amz-sts-extended-request-id'] = this.#extendedRequestId();
    if (contentType !== undefined) headers['Content-Type'] = contentType;
    headers['Date'] = httpDate(this.#plan.clock);
    const decisionId = this.#call?.decisionId;
    if (decisionId !== undefined) headers['x-rolecall-decision'] = decisionId;
    return headers;
  }

  /** Base64 of `1:REGION:S:EPOCH-MS:R:EIGHT-CHARACTERS`, as recorded. */
  #extendedRequestId(): string {
    const region = this.#stop?.region ?? this.request.endpoint?.region ?? 'us-east-1';
    return btoa(`1:${region}:S:${this.#plan.clock.real()}:R:${this.requestId.slice(0, 8)}`);
  }
}

let dateSecond = -1;
let dateText = '';

/** Real time as the Date header has it (RFC 9110 §5.6.7); made anew once a second. */
function httpDate(clock: Clock): string {
  const second = Math.floor(clock.real() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
