import { randomBytes } from 'node:crypto';

/** Kinds of OTLP: work inside of the process, the service of a call, and a call of another service. */
export const spanKinds = { internal: 1, server: 2, client: 3 } as const;

export type SpanKind = keyof typeof spanKinds;

/** Attributes of a span. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Finished span. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  /** Absent: the first span of its trace. */
  readonly parentSpanId?: string;
  /** Nanoseconds since the epoch. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: SpanAttributes;
  /** Words of the failure; absent: a success. */
  readonly failure?: string;
}

/** Span under way. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** To be called once. @param failure words of the failure; absent: a success */
  end(attributes: SpanAttributes, failure?: string): void;
}

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

/** Wall clock in nanoseconds, in steps of the monotonic clock: a span never ends before it starts. */
const now = (): bigint => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));

/** Starts a span. */
export function startSpan(
  {
    name,
    kind,
    parent,
  }: { readonly name: string; readonly kind: SpanKind; readonly parent?: Span | undefined },
  finish: (span: FinishedSpan) => void,
): Span {
  const traceId = parent?.traceId ?? randomBytes(TRACE_BYTES).toString('hex');
  const spanId = randomBytes(SPAN_BYTES).toString('hex');
  const startedAt = now();
  return {
    traceId,
    spanId,
    end: (attributes, failure) =>
      finish({
        ...{ name, kind, traceId, spanId, startedAt, endedAt: now(), attributes },
        ...(parent ? { parentSpanId: parent.spanId } : {}),
        ...(failure === undefined ? {} : { failure }),
      }),
  };
}
