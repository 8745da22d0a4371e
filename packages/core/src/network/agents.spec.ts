import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.js';
import { agentsFor } from './agents.js';
import { trustedRoots } from './trusted-roots.js';

const variables = (environment: Readonly<Record<string, string>>) => (name: string) => environment[name];

let directory: string;
let proxy: Server;
let asked: string[];
let port: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'agents-'));
  asked = [];
  proxy = createServer((message, response) => {
    asked.push(`${message.method} ${message.url}`);
    response.end('from the proxy');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  ({ port } = proxy.address() as AddressInfo);
});
afterEach(() => {
  proxy.closeAllConnections();
  proxy.close();
  rmSync(directory, { recursive: true });
});

async function get(url: string, environment: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const agents = await agentsFor(variables(environment));
  return new Promise((resolve, reject) => {
    request(url, { agent: agents?.http }, (response) => resolve(response.resume()))
      .on('error', reject)
      .end();
  });
}

describe('agentsFor', () => {
  it('leaves the agents to the client where no variable is set', async () => {
    expect(await agentsFor(variables({ NO_PROXY: '*' }))).toBeUndefined();
  });

  it.each([
    ['a proxy', { HTTPS_PROXY: 'http://proxy.test:3128' }],
    ['authorities alone', { SSL_CERT_FILE: 'ca.pem', SSL_CERT_DIR: 'none' }],
  ])('knows the scheme of each agent without a look at the stack, with %s', async (_, given) => {
    writeFileSync(join(directory, 'ca.pem'), rootCertificates[0] ?? '');
    const isFile = (name: string): boolean => name.startsWith('SSL_');
    const environment = Object.entries(given).map(([name, value]) => [
      name,
      isFile(name) ? join(directory, value) : value,
    ]);
    const agents = await agentsFor(variables(Object.fromEntries(environment) as Record<string, string>));
    expect([agents?.http, agents?.https].map((agent) => (agent as { protocol?: string }).protocol)).toEqual([
      'http:',
      'https:',
    ]);
  });

  it('sends plain requests to the proxy, and those to loopback past it', async () => {
    const environment = { http_proxy: `127.0.0.1:${port}` };
    await get('http://fsx.lustre.test:8080/x', environment);
    expect(asked).toEqual(['GET http://fsx.lustre.test:8080/x']);
    await get(`http://127.0.0.1:${port}/direct`, environment);
    expect(asked).toEqual(['GET http://fsx.lustre.test:8080/x', 'GET /direct']);
  });

  it('trusts NODE_EXTRA_CA_CERTS beside SSL_CERT_FILE', () => {
    const files = { SSL_CERT_FILE: join(directory, 'none'), SSL_CERT_DIR: join(directory, 'none') };
    const extra = rootCertificates[0] ?? '';
    writeFileSync(join(directory, 'extra.pem'), extra);
    const environment = { ...files, NODE_EXTRA_CA_CERTS: join(directory, 'extra.pem') };
    expect(trustedRoots(variables(environment))).toEqual([extra]);
  });

  it.each([
    ['SSL_CERT_FILE', 'SSL_CERT_FILE and SSL_CERT_DIR name no readable PEM certificate'],
    ['AWS_CA_BUNDLE', 'contains no PEM certificate'],
  ])('refuses a %s without a certificate', async (name, words) => {
    const file = join(directory, 'empty.pem');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n');
    const environment = { [name]: file, SSL_CERT_DIR: join(directory, 'none') };
    const failure: unknown = await agentsFor(variables(environment), 'AWS_CA_BUNDLE').catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as Error).message).toContain(words);
  });
});
