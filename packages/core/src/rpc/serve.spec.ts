import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControllerClient, NodeService } from '../gen/csi.js';
import { connectCsi } from './csi-client.js';
import { serve } from './serve.js';
import { MemoryDriver, creation, failureOf } from './testing/memory-driver.js';

let driver: MemoryDriver;

beforeEach(async () => {
  driver = await MemoryDriver.start();
});

afterEach(() => driver.close());

it('only its own user may connect to the socket, with any umask', async () => {
  expect((await lstat(driver.socket)).mode & 0o777).toBe(0o600);
});

describe('a message on the wire', () => {
  it('keeps 64-bit numbers exact', async () => {
    driver.settleAtOnce();
    const odd = 2n ** 53n + 1n;
    driver.cloud.capacityFor = async (_, { required }) => required ?? expect.fail('no size came across');
    const { volume } = await driver.client.controller.createVolume(
      creation({ capacityRange: { requiredBytes: odd } }),
    );
    expect(volume?.capacityBytes).toBe(odd);
    expect(inspect(driver.log.lines, { depth: null })).toContain(`'${odd}'`);
  });

  it('keeps names in any Unicode', async () => {
    driver.settleAtOnce();
    const name = 'größe/卷 \u{1F4BE}';
    await driver.client.controller.createVolume(creation({ name }));
    expect(driver.cloud.fileSystems.get('fs-1')?.volumeName).toBe(name);
  });

  it('keeps error messages in any Unicode, however long', async () => {
    const error = await failureOf(
      driver.client.controller.createVolume(creation({ parameters: { ['\u{1F4BE}'.repeat(1000)]: 'x' } })),
    );
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(error.details).toContain('memory.lustre.test knows no parameter "\u{1F4BE}\u{1F4BE}');
  });

  it('is refused where a map is longer than CSI allows', async () => {
    const parameters = { ['\u{1F4BE}'.repeat(2000)]: 'x' };
    const error = await failureOf(driver.client.controller.createVolume(creation({ parameters })));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(error.details).toContain('parameters is 8001 bytes long; the driver takes 4096');
  });

  it('never shows secrets in the log, with any outcome of the call', async () => {
    driver.settleAtOnce();
    const secrets = { password: 'hunter2' };
    await driver.client.controller.createVolume(creation({ secrets }));
    await failureOf(driver.client.controller.createVolume(creation({ secrets, name: '' })));
    await failureOf(driver.client.controller.createVolume(creation({ secrets, parameters: { x: 'y' } })));
    await driver.client.controller.deleteVolume({ volumeId: 'fs-1', secrets });
    const written = inspect(driver.log.lines, { depth: null });
    expect(written).not.toMatch(/hunter2|password/);
    expect(written.match(/secrets: '\*\*\*'/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('does not fill the log, with any outcome of the call', async () => {
    const volumeIds = ['x'.repeat(100_000), `${'y'.repeat(100)}`];
    for (const volumeId of volumeIds)
      await failureOf(driver.client.controller.controllerGetVolume({ volumeId }));
    for (const line of driver.log.lines) expect(JSON.stringify(line).length).toBeLessThan(20_000);
    expect(driver.log.lines.length).toBeGreaterThan(0);
  });

  it('answers callers that speak HTTP/2 as kubelet does, with :authority localhost', async () => {
    const session = connectHttp2('http://localhost', { createConnection: () => connect(driver.socket) });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/csi.v1.Identity/Probe',
      ':authority': 'localhost',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.resume().end(Buffer.alloc(5)); // An empty message: not compressed, of length 0.
    const [trailers] = (await once(stream, 'trailers')) as [Record<string, string>];
    expect(trailers['grpc-status']).toBe('0');
    session.close();
  });
});

describe("a caller's time", () => {
  it('ends with DEADLINE_EXCEEDED and the progress; the next call continues and creates nothing more', async () => {
    const error = await failureOf(
      driver.client.controller.createVolume(creation(), { deadline: Date.now() + 1500 }),
    );
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(error.details).toContain('file system fs-1 is CREATING');
    driver.cloud.settle();
    const { volume } = await driver.client.controller.createVolume(creation());
    expect([volume?.volumeId, driver.countOf(/create/)]).toEqual(['fs-1', 1]);
  });

  it('may be ended by the caller: the work stops, the cloud keeps what it has', async () => {
    const raw = new ControllerClient(`unix://${driver.socket}`, credentials.createInsecure(), {
      'grpc.default_authority': 'localhost',
    });
    const answer = new Promise<ServiceError | null>((resolve) => {
      const call = raw.createVolume(creation(), (error) => resolve(error));
      void driver.until(() => driver.countOf(/create/) === 1).then(() => call.cancel());
    });
    expect(await answer).toMatchObject({ code: status.CANCELLED });
    await driver.until(() => driver.log.lines.some(({ message }) => message === 'CreateVolume CANCELLED'));
    raw.close();
    // Were it still at work, the answer to another size would be ABORTED.
    const other = creation({ capacityRange: { requiredBytes: 2n ** 50n } });
    const error = await failureOf(driver.client.controller.createVolume(other));
    expect(error).toMatchObject({ code: status.ALREADY_EXISTS });
    driver.cloud.settle();
    expect((await driver.client.controller.createVolume(creation())).volume?.volumeId).toBe('fs-1');
  });
});

describe('stop', () => {
  it('hands over calls of the controller at once, and removes the socket', async () => {
    const failed = failureOf(driver.client.controller.createVolume(creation()));
    await driver.until(() => driver.countOf(/create/) === 1);
    const began = Date.now();
    await driver.stop(20_000);
    const error = await failed;
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(error).toMatchObject({ code: status.UNAVAILABLE });
    expect(error.details).toContain('file system fs-1 is CREATING');
    expect(error.details).toContain('the driver is stopping');
    expect(await readdir(driver.directory)).toEqual([]);
    expect(driver.countOf(/delete/)).toBe(0);
  });

  it('leaves a volume with which the next instance continues', async () => {
    const failed = failureOf(driver.client.controller.createVolume(creation()));
    await driver.until(() => driver.countOf(/create/) === 1);
    await driver.stop();
    await failed;
    await driver.serve(await driver.services());
    driver.cloud.settle();
    expect((await driver.client.controller.createVolume(creation())).volume?.volumeId).toBe('fs-1');
    expect(driver.countOf(/create/)).toBe(1);
  });

  describe('with a call of a node under way', () => {
    let answer: () => void;
    let inside: Promise<void>;

    beforeEach(async () => {
      let entered = (): void => {};
      inside = new Promise((resolve) => (entered = resolve));
      const nodeGetInfo = (): Promise<object> =>
        new Promise((resolve) => {
          answer = () => resolve({ nodeId: 'n1', maxVolumesPerNode: 0n, accessibleTopology: undefined });
          entered();
        });
      await driver.serve([{ definition: NodeService, methods: { nodeGetInfo } }]);
    });

    it('lets it finish', async () => {
      const call = driver.client.node.nodeGetInfo({});
      await inside;
      const stopping = driver.stop(20_000);
      await driver.until(() => !existsSync(driver.socket));
      answer();
      expect((await call).nodeId).toBe('n1');
      await stopping;
      expect(await readdir(driver.directory)).toEqual([]);
    });

    it('leaves the socket of a successor alone that starts meanwhile', async () => {
      const call = driver.client.node.nodeGetInfo({});
      await inside;
      const stopping = driver.stop(20_000);
      await driver.until(() => !existsSync(driver.socket));
      const successor = await serve({
        endpoint: { kind: 'unix', path: driver.socket },
        services: await driver.services(),
        log: driver.log,
      });
      answer();
      await call;
      await stopping;
      const next = connectCsi(`unix://${driver.socket}`);
      expect(await next.identity.probe({})).toEqual({ ready: true });
      next.close();
      await successor.stop(0);
    });

    it('cuts it off when the grace is over', async () => {
      const failed = failureOf(driver.client.node.nodeGetInfo({}));
      await inside;
      await driver.stop(50);
      expect([status.UNAVAILABLE, status.CANCELLED]).toContain((await failed).code);
      expect(await readdir(driver.directory)).toEqual([]);
    });
  });
});

describe('serve', () => {
  it('refuses a socket in use, and the first server continues', async () => {
    const second = serve({ endpoint: { kind: 'unix', path: driver.socket }, services: [], log: driver.log });
    await expect(second).rejects.toThrow('another process listens');
    expect((await lstat(driver.socket)).isSocket()).toBe(true);
    expect(await driver.client.identity.probe({})).toEqual({ ready: true });
  });

  it('takes a TCP port for development, reports it, and names the setting if it cannot', async () => {
    const tcp = { kind: 'tcp', host: '127.0.0.1' } as const;
    const services = await driver.services();
    const running = await serve({ endpoint: { ...tcp, port: 0 }, services, log: driver.log });
    const port = Number(running.address.split(':')[1]);
    const other = connectCsi(running.address);
    expect(await other.identity.probe({})).toEqual({ ready: true });
    const second = serve({ endpoint: { ...tcp, port }, services, log: driver.log });
    await expect(second).rejects.toThrow(`--endpoint (CSI_ENDPOINT): cannot listen on 127.0.0.1:${port}`);
    other.close();
    await running.stop(0);
  });

  it('reports every call and its end to an observer', async () => {
    const seen: string[] = [];
    const observer = {
      started: (method: string) => void seen.push(`${method} started`),
      ended: (method: string, code: string, seconds: number) =>
        void seen.push(`${method} ${code} ${seconds >= 0 && seconds < 10}`),
    };
    const services = await driver.services();
    await driver.serve(services, observer);
    await driver.client.identity.probe({});
    await failureOf(driver.client.controller.createVolume(creation({ name: '' })));
    expect(seen).toEqual([
      '/csi.v1.Identity/Probe started',
      '/csi.v1.Identity/Probe OK true',
      '/csi.v1.Controller/CreateVolume started',
      '/csi.v1.Controller/CreateVolume INVALID_ARGUMENT true',
    ]);
  });
});
