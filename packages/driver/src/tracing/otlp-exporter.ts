import { messageOf, systemClock, type Clock, type Log } from '@lustre-csi/core';
import { spanKinds, type FinishedSpan, type SpanAttributes } from './span.js';

/** Interval of exports. Milliseconds. */
const INTERVAL_MS = 5_000;
/** Spans of one request. */
const BATCH = 512;
/** Spans that wait; further ones are dropped: a collector that does not answer must not cost memory. */
const MAX_WAITING = 4_096;
/** Time limit of one request. Milliseconds. */
const REQUEST_MS = 10_000;
/** Shortest time between two warnings. Milliseconds. */
const WARN_EVERY_MS = 60_000;

/** OTLP: the status of a span that failed. */
const STATUS_ERROR = 2;

/** Inputs of the exporter. */
export interface OtlpExporterParts {
  /** Address of the collector's traces: `http://collector:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Attributes of this process: `service.name`. */
  readonly resource: SpanAttributes;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Sends spans to a collector of OpenTelemetry, by OTLP over HTTP as JSON. */
export class OtlpExporter {
  #waiting: FinishedSpan[] = [];
  #dropped = 0;
  #warnedAt = -Infinity;
  #isScheduled = false;
  readonly #clock: Clock;

  constructor(private readonly parts: OtlpExporterParts) {
    this.#clock = parts.clock ?? systemClock;
  }

  /** Takes a span, and sends it within some seconds. */
  add(span: FinishedSpan): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.after(INTERVAL_MS, () => {
      this.#isScheduled = false;
      void this.flush();
    });
  }

  /** Sends what waits. Never throws: traces are no part of any work. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#send(batch);
      } catch (error) {
        this.#dropped += batch.length;
        this.#warn(error);
      }
    }
  }

  async #send(spans: readonly FinishedSpan[]): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Error(`no answer within ${REQUEST_MS / 1000} s`)),
      REQUEST_MS,
    );
    try {
      const response = await fetch(this.parts.url, {
        method: 'POST',
        headers: { ...this.parts.headers, 'content-type': 'application/json' },
        body: JSON.stringify(this.#request(spans)),
        signal: late.signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`status ${response.status}`);
    } finally {
      clearTimeout(timer);
    }
  }

  #request(spans: readonly FinishedSpan[]): object {
    const scope = { name: '@lustre-csi/driver' };
    return {
      resourceSpans: [
        {
          resource: { attributes: toOtlp(this.parts.resource) },
          scopeSpans: [{ scope, spans: spans.map(spanToOtlp) }],
        },
      ],
    };
  }

  #warn(error: unknown): void {
    const now = this.#clock.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    const why = messageOf((error as { readonly cause?: unknown }).cause ?? error);
    this.parts.log.warn(
      { address: this.parts.url, dropped: this.#dropped, why },
      'traces could not be exported: check OTEL_EXPORTER_OTLP_ENDPOINT, and the collector',
    );
  }
}

const spanToOtlp = (span: FinishedSpan): object => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
  name: span.name,
  kind: spanKinds[span.kind],
  startTimeUnixNano: span.startedAt.toString(),
  endTimeUnixNano: span.endedAt.toString(),
  attributes: toOtlp(span.attributes),
  ...(span.failure === undefined ? {} : { status: { code: STATUS_ERROR, message: span.failure } }),
});

const toOtlp = (attributes: SpanAttributes): readonly object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueToOtlp(value) }));

function valueToOtlp(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  // OTLP writes 64-bit numbers as texts.
  return typeof value === 'number' ? { intValue: String(value) } : { boolValue: value };
}
