import { ConfigurationError, type Log, type Settings } from '@lustre-csi/core';
import { OtlpExporter } from './otlp-exporter.js';
import type { SpanAttributes } from './span.js';
import { Tracer } from './tracer.js';

/** Standard address of a collector on the same machine. */
const LOCAL_COLLECTOR = 'http://localhost:4318';

/** Properties of the process that are part of its traces. */
export interface TracedProcess {
  readonly driverName: string;
  readonly version: string;
  readonly mode: string;
  readonly nodeId: string;
}

/** Traces that are exported. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Exports what waits. */
  readonly stop: () => Promise<void>;
}

/** Starts to trace. The environment variables are those of OpenTelemetry's SDKs.
 *  @throws ConfigurationError naming the variable */
export function startTracing(settings: Settings, described: TracedProcess, log: Log): Tracing {
  const exporter = new OtlpExporter({
    url: urlFrom(settings),
    headers: pairsIn(settings, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'),
    resource: resourceOf(settings, described),
    log,
  });
  return { tracer: new Tracer((span) => exporter.add(span)), stop: () => exporter.flush() };
}

function urlFrom(settings: Settings): string {
  const own = settings.environment('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const general = settings.environment('OTEL_EXPORTER_OTLP_ENDPOINT') ?? LOCAL_COLLECTOR;
  const url = own ?? `${general.replace(/\/+$/, '')}/v1/traces`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  const name = own === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  throw new ConfigurationError(`${name} is "${own ?? general}": write http://HOST:4318, or https`);
}

const resourceOf = (
  settings: Settings,
  { driverName, version, mode, nodeId }: TracedProcess,
): SpanAttributes => ({
  'service.name': settings.environment('OTEL_SERVICE_NAME') ?? `lustre-csi-${mode}`,
  'service.version': version,
  'lustre_csi.driver_name': driverName,
  'host.name': nodeId,
  ...pairsIn(settings, 'OTEL_RESOURCE_ATTRIBUTES'),
});

/** Reads `a=b,c=d`, with values escaped as in URLs, from the first variable that is set. */
function pairsIn(settings: Settings, ...names: readonly string[]): Readonly<Record<string, string>> {
  const name = names.find((each) => settings.environment(each) !== undefined) ?? '';
  const pairs = (settings.environment(name) ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(pairs.map((pair) => pairIn(name, pair)));
}

function pairIn(variable: string, pair: string): readonly [string, string] {
  const [key = '', ...value] = pair.split('=');
  try {
    if (key.trim() !== '' && value.length > 0)
      return [key.trim(), decodeURIComponent(value.join('=').trim())];
  } catch {
    // Reported below: the value may be confidential.
  }
  throw new ConfigurationError(`${variable} cannot be read: write KEY=VALUE,KEY2=VALUE2`);
}
