import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificateAuthority, type CertificateAuthority } from './certificate-authority.js';

const run = promisify(execFile);

describe('makeCertificateAuthority', () => {
  let authority: CertificateAuthority;
  let server: Server;
  let directory: string;

  beforeAll(async () => {
    authority = await makeCertificateAuthority();
    const { certPem, keyPem } = authority.certificate;
    server = createServer({ cert: certPem, key: keyPem }, (_request, response) => response.end('trusted'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    directory = await mkdtemp(join(tmpdir(), 'authority-'));
    await writeFile(join(directory, 'ca.pem'), authority.caPem);
  });

  afterAll(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  const getFromNewProcess = async (host: string, environment: Record<string, string>): Promise<string> => {
    const { port } = server.address() as AddressInfo;
    const script = `fetch('https://${host}:${port}/').then((r) => r.text()).then(
      (text) => console.log(text), (error) => console.log(error.cause.code))`;
    const { stdout } = await run(process.execPath, ['-e', script], { env: environment });
    return stdout.trim();
  };

  it.each(['127.0.0.1', 'localhost'])(
    'is trusted for %s by a process with NODE_EXTRA_CA_CERTS',
    async (host) => {
      const environment = { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') };
      expect(await getFromNewProcess(host, environment)).toBe('trusted');
    },
  );

  it('is not trusted without it', async () => {
    expect(await getFromNewProcess('127.0.0.1', {})).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  });

  it('gives the server a key of its own', () => {
    const ca = new X509Certificate(authority.caPem);
    const certificate = new X509Certificate(authority.certificate.certPem);
    expect(ca.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('creates another authority each time', async () => {
    expect((await makeCertificateAuthority()).caPem).not.toBe(authority.caPem);
  });
});
