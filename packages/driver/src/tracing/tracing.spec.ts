import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DriverError, type Settings } from '@lustre-csi/core';
import { connectCsi, csi } from '@lustre-csi/core/client';
import { VolumeOperations, controllerService, serve } from '@lustre-csi/core/server';
import { MemoryCloud, RememberedLog } from '@lustre-csi/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinishedSpan } from './span.js';
import { startTracing } from './start-tracing.js';
import { Tracer } from './tracer.js';

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string; readonly boolValue?: boolean };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status?: { readonly code: number; readonly message: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** Collector of OpenTelemetry. */
class Collector {
  readonly requests: { path: string; headers: Record<string, unknown>; body: OtlpRequest }[] = [];
  status = 200;
  #server: Server | undefined;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as OtlpRequest;
        this.requests.push({ path: request.url ?? '', headers: request.headers, body });
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans(): readonly OtlpSpan[] {
    return this.requests.flatMap(({ body }) =>
      body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

let collector: Collector;
let url = '';
beforeEach(async () => {
  collector = new Collector();
  url = await collector.start();
});
afterEach(() => collector.stop());

const settings = (environment: Readonly<Record<string, string>>): Settings => ({
  flag: () => undefined,
  environment: (name) => environment[name],
});
const described = { driverName: 'fsx.csi.aws.com', version: '1.2.3', mode: 'controller', nodeId: 'n-1' };
const attributesOf = (attributes: readonly OtlpAttribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('traces', () => {
  it('of a call over gRPC contain its requests to the cloud, and arrive at the collector', async () => {
    const log = new RememberedLog();
    const { tracer, stop } = startTracing(
      settings({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/` }),
      described,
      log,
    );
    const cloud = new MemoryCloud();
    cloud.before = (call) => {
      tracer.sent(call.split(' ')[0] ?? '', 1)({ code: 'OK', requestId: 'r-1' });
      if (call.startsWith('create')) throw new DriverError('resource-exhausted', 'no room');
    };
    const server = await serve({
      endpoint: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      services: [controllerService(new VolumeOperations(cloud, log))],
      ...{ log, tracer },
    });
    const client = connectCsi(server.address);
    const accessType = { $case: 'mount', value: {} } as const;
    const accessMode = { mode: csi.VolumeCapability_AccessMode_Mode.MULTI_NODE_MULTI_WRITER };
    const volumeCapabilities = [{ accessType, accessMode }];
    const request = csi.CreateVolumeRequest.fromPartial({ name: 'pvc-1', volumeCapabilities });
    await expect(client.controller.createVolume(request)).rejects.toThrow('no room');
    client.close();
    await server.stop(0);
    await stop();
    const [root] = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(root).toMatchObject({
      ...{ name: 'csi.v1.Controller/CreateVolume', kind: 2 },
      status: { code: 2, message: expect.stringContaining('no room') as string },
    });
    expect(attributesOf(root?.attributes ?? [])).toEqual({
      'rpc.system': 'grpc',
      'rpc.service': 'csi.v1.Controller',
      'rpc.method': 'CreateVolume',
      'rpc.grpc.status': 'RESOURCE_EXHAUSTED',
      'lustre_csi.volume': 'pvc-1',
    });
    const children = collector.spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(children.map(({ name }) => name)).toContain('create');
    expect(children.length).toBe(collector.spans.length - 1);
    for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano, ...span } of collector.spans) {
      expect(traceId).toBe(root?.traceId);
      expect([traceId, spanId].map(({ length }) => length)).toEqual([32, 16]);
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
      expect(span.kind).toBe(span.parentSpanId === undefined ? 2 : 3);
    }
    const [sent] = collector.requests;
    expect(sent?.path).toBe('/v1/traces');
    expect(attributesOf(sent?.body.resourceSpans[0]?.resource.attributes ?? [])).toMatchObject({
      ...{ 'service.name': 'lustre-csi-controller', 'service.version': '1.2.3' },
      'lustre_csi.driver_name': 'fsx.csi.aws.com',
    });
  });

  it('have the names, attributes and headers of the environment', async () => {
    const environment = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,x-tenant=b',
      OTEL_SERVICE_NAME: 'storage',
      OTEL_RESOURCE_ATTRIBUTES: 'cloud.region=eu',
    };
    const { tracer, stop } = startTracing(settings(environment), described, new RememberedLog());
    tracer.mounts.started('mount')({ seconds: 1, error: 'ENODEV' });
    await stop();
    const [sent] = collector.requests;
    expect([sent?.path, sent?.headers['authorization'], sent?.headers['x-tenant']]).toEqual([
      '/own',
      'Bearer a',
      'b',
    ]);
    const resource = sent?.body.resourceSpans[0]?.resource.attributes ?? [];
    expect(attributesOf(resource)).toMatchObject({ 'service.name': 'storage', 'cloud.region': 'eu' });
    expect(collector.spans).toMatchObject([
      { name: 'mount', kind: 1, status: { code: 2, message: 'ENODEV' } },
    ]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'nowhere'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%'],
  ])('refuse %s=%s, and name it', (name, value) => {
    expect(() => startTracing(settings({ [name]: value }), described, new RememberedLog())).toThrow(
      new RegExp(`^${name} `),
    );
  });

  it('are given up, with one warning, while the collector refuses them', async () => {
    const log = new RememberedLog();
    collector.status = 503;
    const { tracer, stop } = startTracing(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: url }), described, log);
    for (let spans = 0; spans < 600; spans += 1) tracer.sent('a', 1)({ code: 'OK' });
    await stop();
    expect(collector.requests.length).toBe(2);
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { address: `${url}/v1/traces`, dropped: 512, why: 'status 503' },
    ]);
  });
});

describe('Tracer', () => {
  it('keeps simultaneous calls apart', async () => {
    const spans: FinishedSpan[] = [];
    const tracer = new Tracer((span) => spans.push(span));
    const call = (name: string) =>
      tracer.during(
        { name: `s/${name}` },
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          tracer.sent(`request of ${name}`, 1)({ code: 'OK' });
        },
        () => ({ code: 'INTERNAL', message: '' }),
      );
    await Promise.all([call('a'), call('b')]);
    for (const name of ['a', 'b']) {
      const parent = spans.find((span) => span.name === `s/${name}`);
      const child = spans.find((span) => span.name === `request of ${name}`);
      expect(child).toMatchObject({ traceId: parent?.traceId, parentSpanId: parent?.spanId });
    }
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
  });
});
