import { fork } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.js';
import { claimSocket, grpcAddress, parseEndpoint } from './endpoint.js';

describe('parseEndpoint', () => {
  it.each([
    ['unix:///csi/csi.sock', { kind: 'unix', path: '/csi/csi.sock' }, 'unix:/csi/csi.sock'],
    ['unix:/csi/csi.sock', { kind: 'unix', path: '/csi/csi.sock' }, 'unix:/csi/csi.sock'],
    ['unix://tmp/csi.sock', { kind: 'unix', path: '/tmp/csi.sock' }, 'unix:/tmp/csi.sock'],
    ['unix://csi.sock', { kind: 'unix', path: '/csi.sock' }, 'unix:/csi.sock'],
    ['unix:////csi//csi.sock', { kind: 'unix', path: '/csi/csi.sock' }, 'unix:/csi/csi.sock'],
    ['UNIX:///csi/csi.sock', { kind: 'unix', path: '/csi/csi.sock' }, 'unix:/csi/csi.sock'],
    ['/csi/csi.sock', { kind: 'unix', path: '/csi/csi.sock' }, 'unix:/csi/csi.sock'],
    ['unix:///a b/ü.sock', { kind: 'unix', path: '/a b/ü.sock' }, 'unix:/a b/ü.sock'],
    ['tcp://127.0.0.1:10000', { kind: 'tcp', host: '127.0.0.1', port: 10000 }, '127.0.0.1:10000'],
    ['TCP://127.0.0.1:10000/', { kind: 'tcp', host: '127.0.0.1', port: 10000 }, '127.0.0.1:10000'],
    ['tcp://localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }, 'localhost:0'],
    ['tcp://[::1]:65535', { kind: 'tcp', host: '[::1]', port: 65535 }, '[::1]:65535'],
  ])('reads %s', (text, endpoint, address) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
    expect(grpcAddress(parseEndpoint(text))).toBe(address);
  });

  it.each([
    '',
    'csi.sock',
    'unix:csi.sock',
    'unix:',
    'unix://',
    'unix:///',
    'unix:///csi/',
    'http://localhost:1',
    'tcp://localhost',
    'tcp://:1',
    'tcp://a:b:1',
    'tcp://localhost:65536',
    'tcp://localhost:1/x',
  ])('refuses %j and names the setting', (text) => {
    expect(() => parseEndpoint(text)).toThrow(ConfigurationError);
    expect(() => parseEndpoint(text)).toThrow(`--endpoint (CSI_ENDPOINT) is "${text}"`);
  });

  it('takes a socket path of 107 bytes, and no longer one', () => {
    const path = `/${'x'.repeat(106)}`;
    expect(parseEndpoint(`unix://${path}`)).toEqual({ kind: 'unix', path });
    expect(() => parseEndpoint(`unix://${path}x`)).toThrow('longer than 107 bytes');
    expect(() => parseEndpoint(`unix:///${'ü'.repeat(54)}`)).toThrow('longer than 107 bytes');
  });
});

describe('claimSocket', () => {
  let directory: string;
  let path: string;
  let server: Server | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'endpoint-'));
    path = join(directory, 'csi.sock');
  });

  afterEach(async () => {
    server?.close();
    server = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  async function listen(): Promise<void> {
    server = createServer((socket) => socket.on('error', () => {}).end('still here'));
    server.listen(path);
    await once(server, 'listening');
  }

  /** Leaves a stale socket: kills a process that listens there. */
  async function leaveStaleSocket(): Promise<void> {
    const script = `require('net').createServer().listen(process.argv[2], () => process.send('up'))`;
    const file = join(directory, 'listen.cjs');
    await writeFile(file, script);
    const child = fork(file, [path], { execArgv: [] });
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await lstat(path)).isSocket()).toBe(true);
  }

  it('makes the directory', async () => {
    const deep = join(directory, 'a/b/csi.sock');
    await claimSocket(deep);
    expect((await lstat(join(directory, 'a/b'))).isDirectory()).toBe(true);
  });

  it('removes a stale socket', async () => {
    await leaveStaleSocket();
    await claimSocket(path);
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await listen();
  });

  it('refuses a socket in use, which keeps working', async () => {
    await listen();
    await expect(claimSocket(path)).rejects.toThrow(
      new ConfigurationError(
        `--endpoint (CSI_ENDPOINT): another process listens on ${path}; stop it, or choose another socket`,
      ),
    );
    const [said] = (await once(connect(path), 'data')) as [Buffer];
    expect(said.toString()).toBe('still here');
  });

  it('refuses a regular file, and keeps it', async () => {
    await writeFile(path, 'precious');
    await expect(claimSocket(path)).rejects.toThrow(`${path} exists and is not a socket`);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('refuses a directory and a link, and keeps them', async () => {
    await mkdir(path);
    await expect(claimSocket(path)).rejects.toThrow('not a socket');
    const link = join(directory, 'link.sock');
    await symlink(path, link);
    await expect(claimSocket(link)).rejects.toThrow('not a socket');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it('names the setting where the directory cannot be made', async () => {
    await writeFile(path, '');
    const below = claimSocket(join(path, 'csi.sock'));
    await expect(below).rejects.toThrow(ConfigurationError);
    await expect(below).rejects.toThrow('--endpoint (CSI_ENDPOINT)');
  });
});
