/** One request and its reply: IDs, times and headers, and the response format. */
import type { LastValue } from '../kernel/last-value.ts';
import type { CompiledService, MatchedRoute, ResponseFormat } from './compile.ts';
import { type AwsError, FAULT_NAMESPACE } from './error.ts';
import { acceptsJson, type Headers, readHeaders } from './headers.ts';
import { errorJson, errorJson11 } from './json.ts';
import { type Call, DEFAULT_REGION, type PendingDecision } from './operation.ts';
import type { SignedRequest } from './sigv4-canonical.ts';
import { claimedKeyId } from './sigv4-parse.ts';
import type { PipelineOptions, Stage, WireReply, WireRequest } from './wire.ts';
import { errorXml } from './xml.ts';

const CONTENT_TYPES: Readonly<Record<ResponseFormat, string>> = {
  xml: 'text/xml',
  json: 'application/json',
  'json-1.1': 'application/x-amz-json-1.1',
};

/** The call, which the pipeline fills in. It has no reference to the request, so that observers may keep it. */
export class PipelineCall<C> implements Call<C> {
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
  readonly isoTime: string;
  /** Set when the signature is verified. */
  caller: C | undefined;
  requester: unknown;
  /** Not recorded yet. */
  #decisions: PendingDecision[] | undefined;

  constructor(
    requestId: string,
    matched: MatchedRoute<C>,
    request: WireRequest,
    headers: Headers,
    { clock, isoTime }: ExchangeOptions<C>,
  ) {
    this.requestId = requestId;
    this.service = matched.service.name;
    this.operation = matched.operation.name;
    this.region = matched.region;
    this.sourceIp = request.sourceIp;
    this.userAgent = headers.get('user-agent') ?? '';
    this.secure = request.secure;
    this.host = headers.get('host') ?? '';
    this.requestSize = sizeOfRequest(request);
    this.now = clock.now();
    this.isoTime = isoTime.get(this.now);
    this.caller = undefined;
    this.requester = undefined;
  }

  decided(decision: PendingDecision, requester?: unknown): void {
    if (this.#decisions === undefined) this.#decisions = [decision];
    else this.#decisions.push(decision);
    this.requester = requester;
  }

  /** Records the decisions of a successful call. Returns the ID of the last one. */
  recordDecisions(): string | undefined {
    let id: string | undefined;
    for (const decision of this.#takeDecisions()) id = decision.record();
    return id;
  }

  /** Records the decision that refused the call or, if all allowed it, the first one as refused by the error. */
  recordRefusal(error: AwsError): string | undefined {
    const decisions = this.#takeDecisions();
    return (decisions.find(({ allowed }) => !allowed) ?? decisions[0])?.record(error);
  }

  /** Observers may keep the call: it no longer refers to its decisions. */
  #takeDecisions(): readonly PendingDecision[] {
    const decisions = this.#decisions ?? NO_DECISIONS;
    this.#decisions = undefined;
    return decisions;
  }
}

const NO_DECISIONS: readonly PendingDecision[] = [];

function sizeOfRequest({ body, query, rawHeaders }: WireRequest): number {
  let size = body.length + query.length;
  for (const text of rawHeaders) size += text.length;
  return size;
}

export interface ExchangeOptions<C> extends PipelineOptions<C> {
  /** The Date header of an epoch second. */
  readonly httpDate: LastValue<number, string>;
  /** ISO 8601 of epoch milliseconds; many calls share one millisecond. */
  readonly isoTime: LastValue<number, string>;
}

export const createExchange = <C>(request: WireRequest, plan: ExchangeOptions<C>): Exchange<C> =>
  new Exchange(request, plan);

export class Exchange<C> {
  readonly request: WireRequest;
  readonly headers: Headers;
  readonly requestId: string;
  /** The service from the endpoint, the scope or the version; errors use its namespace. */
  service: CompiledService<C> | undefined;
  input: unknown;
  /** The current stage of a call of a known operation. */
  stage: Stage = 'authenticate';
  readonly #plan: ExchangeOptions<C>;
  #format: ResponseFormat;
  #matched: MatchedRoute<C> | undefined;
  #call: PipelineCall<C> | undefined;
  #decisionId: string | undefined;

  constructor(request: WireRequest, plan: ExchangeOptions<C>) {
    this.request = request;
    this.headers = readHeaders(request.rawHeaders);
    this.requestId = request.requestId ?? plan.random.uuid();
    this.#plan = plan;
    this.#format = acceptsJson(this.headers) ? 'json' : 'xml';
  }

  setFormat(format: ResponseFormat): void {
    this.#format = format;
  }

  /** The signed parts of the request. */
  signed(): SignedRequest & { readonly body: Buffer } {
    const { method, path, query, body } = this.request;
    return { method, path, query, body, headers: this.headers };
  }

  /** Creates the call of the matched operation; from here on the outcome is observed. */
  begin(matched: MatchedRoute<C>): PipelineCall<C> {
    this.#matched = matched;
    this.#call = new PipelineCall(this.requestId, matched, this.request, this.headers, this.#plan);
    return this.#call;
  }

  /** The reply of a successful operation. */
  success(output: unknown): WireReply {
    const body = this.#matched?.operation.codec().write[this.#format](output, this.requestId) ?? '';
    this.#record(undefined);
    this.#close({ output });
    return { status: 200, headers: this.#headers(CONTENT_TYPES[this.#format]), body };
  }

  /** Records that the call was refused. Returns the reply for the error. */
  refuse(error: AwsError): WireReply {
    this.#record(error);
    return this.failure(error);
  }

  /** The reply for an error, in the response format. */
  failure(error: AwsError): WireReply {
    this.#close({ error, requester: this.#call?.requester });
    const namespace = error.namespace ?? this.service?.namespace ?? FAULT_NAMESPACE;
    const bodies: Readonly<Record<ResponseFormat, () => string>> = {
      xml: () => errorXml(error, namespace, this.requestId),
      json: () => errorJson(error, this.requestId),
      'json-1.1': () => errorJson11(error),
    };
    return {
      status: error.status,
      headers: this.#headers(CONTENT_TYPES[this.#format]),
      body: bodies[this.#format](),
    };
  }

  /** No reply: the server closes the connection. The call is not observed. */
  drop(): WireReply {
    return { status: 0, headers: {}, body: '', dropped: true };
  }

  redirect(location: string): WireReply {
    return { status: 302, headers: { ...this.#headers(undefined), Location: location }, body: '' };
  }

  /** Records the decision of a call that succeeded, or that an error refused. A failure of this does not affect the reply. */
  #record(refusal: AwsError | undefined): void {
    const call = this.#call;
    if (call === undefined) return;
    try {
      this.#decisionId =
        refusal === undefined
          ? call.recordDecisions()
          : (call.recordRefusal(refusal) ?? this.#recordRefusal(refusal, call));
    } catch (error) {
      this.#plan.onError?.(error, this.requestId);
    }
  }

  /** Records the refusal of a call about which nothing was decided. */
  #recordRefusal(error: AwsError, call: PipelineCall<C>): string | undefined {
    const { recordRefusal } = this.#plan;
    if (recordRefusal === undefined || this.#matched === undefined) return undefined;
    const { parameters } = this.#matched;
    const accessKeyId = claimedKeyId(this.headers.get('authorization'), this.request.query);
    return recordRefusal(error, { call, stage: this.stage, parameters, accessKeyId });
  }

  /** Passes the outcome to the observers, if the call reached an operation. */
  #close(ending: { readonly output: unknown } | { readonly error: AwsError; readonly requester: unknown }): void {
    const call = this.#call;
    const operation = this.#matched?.operation;
    const { observers } = this.#plan;
    if (call === undefined || operation === undefined || observers === undefined) return;
    const outcome = { call, operation, input: this.input, ...ending };
    for (const observer of observers) {
      try {
        observer.observe(outcome);
      } catch (error) {
        // The reply is not affected; an error of an observer is a bug and goes to the log.
        this.#plan.onError?.(error, this.requestId);
      }
    }
  }

  #headers(contentType: string | undefined): Record<string, string> {
    const headers: Record<string, string> = { 'x-amzn-RequestId': this.requestId };
    if (this.service?.name === 'sts') headers['x-amz-sts-extended-request-id'] = this.#extendedRequestId();
    if (contentType !== undefined) headers['Content-Type'] = contentType;
    headers['Date'] = this.#plan.httpDate.get(Math.floor(this.#plan.clock.real() / 1000));
    if (this.#decisionId !== undefined) headers['x-rolecall-decision'] = this.#decisionId;
    return headers;
  }

  /** Base64 of `1:REGION:S:EPOCH-MS:R:EIGHT-CHARACTERS`, as recorded. */
  #extendedRequestId(): string {
    const region = this.#matched?.region ?? this.request.endpoint?.region ?? DEFAULT_REGION;
    return btoa(`1:${region}:S:${this.#plan.clock.real()}:R:${this.requestId.slice(0, 8)}`);
  }
}

/** Epoch milliseconds in ISO 8601. */
export const isoTime = (now: number): string => new Date(now).toISOString();

/** An epoch second in the format of the Date header (RFC 9110 §5.6.7). */
export const httpDate = (second: number): string => new Date(second * 1000).toUTCString();
