import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Http2Server, type IncomingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectCsi } from './csi-client.js';

let directory: string;
let server: Http2Server;
let headers: IncomingHttpHeaders[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'csi-client-'));
  headers = [];
  server = createServer();
  server.on('stream', (stream, received) => {
    headers.push(received);
    const answer = {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': '5',
      'grpc-message': 'no%20such',
    };
    stream.respond(answer, { endStream: true });
  });
  server.listen(join(directory, 'csi.sock'));
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

it('connectCsi calls with :authority localhost, as kubelet does: a socket path there would be refused', async () => {
  const client = connectCsi(`unix://${join(directory, 'csi.sock')}`);
  await expect(client.identity.probe({})).rejects.toMatchObject({
    code: status.NOT_FOUND,
    details: 'no such',
  });
  client.close();
  expect(headers[0]).toMatchObject({ ':authority': 'localhost', ':path': '/csi.v1.Identity/Probe' });
});

it('connectCsi gives up at the deadline of the call', async () => {
  server.removeAllListeners('stream');
  server.on('stream', () => {}); // Never answers.
  const client = connectCsi(`unix://${join(directory, 'csi.sock')}`);
  const call = client.identity.probe({}, { deadline: Date.now() + 100 });
  await expect(call).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  client.close();
});
