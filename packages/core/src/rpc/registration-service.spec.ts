import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RememberedLog } from '../testing/remembered-log.js';
import { connectRegistration } from './csi-client.js';
import { registrationService } from './registration-service.js';
import { serve, type RunningServer } from './serve.js';

let directory: string;
let path: string;
let server: RunningServer;
let decisions: (readonly [boolean, string])[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'registration-'));
  path = join(directory, 'my.driver-reg.sock');
  decisions = [];
  const service = registrationService({
    driverName: 'my.driver',
    endpoint: '/kubelet/csi.sock',
    decided: (isRegistered, reason) => void decisions.push([isRegistered, reason]),
  });
  server = await serve({ endpoint: { kind: 'unix', path }, services: [service], log: new RememberedLog() });
});
afterEach(async () => {
  await server.stop(0);
  rmSync(directory, { recursive: true });
});

/** Calls with bytes, as a program without our contract does. */
function call(method: string, request: Buffer, authority: string): Promise<Buffer> {
  const client = new Client(`unix://${path}`, credentials.createInsecure(), {
    'grpc.default_authority': authority,
  });
  const bytes = (value: Buffer): Buffer => value;
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(
      `/pluginregistration.Registration/${method}`,
      bytes,
      bytes,
      request,
      (error, answer) => (answer ? resolve(answer) : reject(error ?? new Error('no answer'))),
    );
  }).finally(() => client.close());
}

const text = (field: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)]);

describe('registrationService', () => {
  // Authorities of kubelet: grpc-go escapes the path of the socket.
  it.each(['localhost', '%2Fkubelet%2Fplugins_registry%2Fmy.driver-reg.sock'])(
    'answers kubelet on the wire, with the authority %s',
    async (authority) => {
      const info = [
        text(1, 'CSIPlugin'),
        text(2, 'my.driver'),
        text(3, '/kubelet/csi.sock'),
        text(4, '1.0.0'),
      ];
      expect(await call('GetInfo', Buffer.alloc(0), authority)).toEqual(Buffer.concat(info));
      const failure = Buffer.concat([Buffer.from([1 << 3, 0]), text(2, 'no API server')]);
      expect(await call('NotifyRegistrationStatus', failure, authority)).toEqual(Buffer.alloc(0));
      expect(decisions).toEqual([[false, 'no API server']]);
    },
  );

  it('passes on that the driver is registered', async () => {
    const client = connectRegistration(path);
    await client.registration.notifyRegistrationStatus({ pluginRegistered: true, error: '' });
    client.close();
    expect(decisions).toEqual([[true, '']]);
  });
});
