import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator } from './emulator.js';
import type { Emulator } from './emulator.js';

/** GET over TLS that trusts only the emulator's own authority. */
const getStatus = ({ certificateAuthority: ca }: Emulator, url: string): Promise<number | undefined> =>
  new Promise((done, fail) => {
    get(url, { ca }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }).once('error', fail);
  });

const callFsx = (emulator: Emulator, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(emulator.awsUrl, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSSimbaAPIService_v20180301.DescribeFileSystems' },
    body: '{}',
    signal,
  });

const nextCall = (emulator: Emulator): Promise<void> =>
  new Promise((done) => {
    const stopListening = emulator.journal.onCall(() => {
      stopListening();
      done();
    });
  });

describe('startEmulator', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.stop());

  it('serves AWS over HTTP and Azure over HTTPS, on loopback, with its own authority', async () => {
    expect(emulator.awsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(emulator.azureUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await callFsx(emulator)).status).toBeGreaterThanOrEqual(400);
    await expect(getStatus({ ...emulator, certificateAuthority: '' }, emulator.azureUrl)).rejects.toThrow(
      /certificate/,
    );
  });

  it('routes ARM paths in any case', async () => {
    const path =
      '/subscriptions/00000000-0000-4000-8000-000000000001/providers/Microsoft.StorageCache/skus?api-version=2026-01-01';
    expect(await getStatus(emulator, emulator.azureUrl + path)).toBe(401);
    expect(
      await getStatus(emulator, emulator.azureUrl + path.replace('/subscriptions', '/SUBSCRIPTIONS')),
    ).toBe(401);
  });

  it('stops although a client still waits for its answer', async () => {
    emulator.faults.add({ kind: 'hang' });
    const called = nextCall(emulator);
    const waiting = expect(callFsx(emulator)).rejects.toThrow();
    await called;
    await emulator.stop();
    await waiting;
    await expect(callFsx(emulator)).rejects.toThrow();
  });

  it('continues when clients vanish during a request or an answer', async () => {
    const half = connect(Number(new URL(emulator.awsUrl).port), '127.0.0.1');
    await new Promise<void>((done) => half.once('connect', done));
    half.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    half.resetAndDestroy();
    emulator.faults.add({ kind: 'slow', seconds: 0.05 });
    const called = nextCall(emulator);
    const abort = new AbortController();
    const gone = expect(callFsx(emulator, abort.signal)).rejects.toThrow();
    await called;
    abort.abort();
    await gone;
    await expect
      .poll(() => emulator.journal.entries()[0]?.status, { timeout: 5000, interval: 10 })
      .toBeGreaterThan(0);
    expect((await callFsx(emulator)).status).toBeGreaterThanOrEqual(400);
  });

  it('reports a port that is taken, and leaves no server open', async () => {
    const awsPort = Number(new URL(emulator.awsUrl).port);
    await expect(startEmulator({ awsPort })).rejects.toThrow(/EADDRINUSE/);
  });

  it('gives the environment that SDKs and the driver read, and writes the files it names', () => {
    const directory = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
    try {
      const environment = emulator.environment(directory);
      expect(environment).toMatchObject({
        AWS_ENDPOINT_URL_FSX: emulator.awsUrl,
        AWS_ENDPOINT_URL_EC2: emulator.awsUrl,
        AWS_ENDPOINT_URL_STS: emulator.awsUrl,
        AWS_ENDPOINT_URL_SERVICE_QUOTAS: emulator.awsUrl,
        AWS_REGION: 'us-west-2',
        AWS_DEFAULT_REGION: 'us-west-2',
        AWS_EC2_METADATA_DISABLED: 'true',
        AZURE_CONFIG_FILE: join(directory, 'azure.json'),
        AZURE_AUTHORITY_HOST: emulator.azureUrl,
        NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
      });
      expect(readFileSync(join(directory, 'ca.pem'), 'utf8')).toBe(emulator.certificateAuthority);
      expect(JSON.parse(readFileSync(join(directory, 'azure.json'), 'utf8'))).toMatchObject({
        resourceGroup: 'lustre-rg',
        location: 'eastus',
        vnetName: 'lustre-vnet',
        vnetResourceGroup: 'lustre-rg',
        subnetName: 'lustre-subnet',
        resourceManagerEndpoint: emulator.azureUrl,
        useManagedIdentityExtension: false,
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
