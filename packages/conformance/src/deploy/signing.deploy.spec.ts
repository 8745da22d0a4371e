// push.sh, sign.sh and verify.sh of deploy/image, with a registry on the loopback address and without the internet.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { imageScript } from './image-tools.js';
import { startRegistry, type Registry } from './registry.js';

const runFile = promisify(execFile);
const [crane, cosign] = [inject('crane'), inject('cosign')];
const insecure = ['--allow-insecure-registry', '--allow-http-registry'];
/** Limit of a spec: each starts cosign some times. Milliseconds. */
const SPEC_MS = 120_000;

describe.skipIf(!crane || !cosign)('a signed image', () => {
  let directory: string;
  let registry: Registry;
  let repository: string;
  /** References with digests: amd64, arm64, the index of both. */
  let pushed: readonly string[];
  const file = (name: string): string => join(directory, name);
  const sbom = (): string => file('sbom.cdx.json');

  const run = async (
    script: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const keys = {
      COSIGN_KEY: file('cosign.key'),
      COSIGN_PUBLIC_KEY: file('cosign.pub'),
      COSIGN_PASSWORD: 'secret',
    };
    // No proxy and no home directory: all that needs the internet fails.
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      HTTPS_PROXY: 'http://127.0.0.1:1',
      NO_PROXY: '127.0.0.1',
    };
    const { stdout } = await runFile(imageScript(script), [...args], {
      env: { ...env, ...keys, CRANE: crane, COSIGN: cosign, COSIGN_OFFLINE: '1', ...environment },
    });
    return stdout.trim();
  };
  const verify = (image: string, environment?: Readonly<Record<string, string>>): Promise<string> =>
    run('verify.sh', [image, ...insecure], environment);

  /** Makes the layout of an image with one file. */
  function layout(name: string, content: string, architecture: string): string {
    const [tree, image] = [file(`tree-${name}`), `${registry.address}/scratch:${name}`];
    mkdirSync(tree);
    writeFileSync(join(tree, 'lustre-csi'), content);
    execFileSync('tar', ['-C', tree, '-cf', file(`${name}.tar`), 'lustre-csi']);
    const quiet = { stdio: 'ignore' } as const;
    execFileSync(crane, ['append', '--oci-empty-base', '-f', file(`${name}.tar`), '-t', image], quiet);
    execFileSync(crane, ['mutate', '--set-platform', `linux/${architecture}`, '-t', image, image], quiet);
    execFileSync(crane, ['pull', '--format', 'oci', image, file(name)], quiet);
    return file(name);
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'lustre-csi-signing-'));
    registry = await startRegistry(crane);
    repository = `${registry.address}/storage/lustre-csi`;
    writeFileSync(sbom(), JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 }));
    const env = { ...process.env, COSIGN_PASSWORD: 'secret' };
    execFileSync(cosign, ['generate-key-pair'], { cwd: directory, env, stdio: 'ignore' });
    execFileSync(cosign, ['generate-key-pair', '--output-key-prefix', 'other'], {
      cwd: directory,
      env,
      stdio: 'ignore',
    });
    const layouts = [layout('one', 'amd64', 'amd64'), layout('two', 'arm64', 'arm64')];
    pushed = (await run('push.sh', [`${repository}:v1`, ...layouts])).split('\n');
    for (const image of pushed) await run('sign.sh', [image, sbom(), ...insecure]);
  }, SPEC_MS);
  afterAll(async () => {
    await registry.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is an index of both architectures, and each image by its digest', () => {
    const read = (reference: string): { readonly manifests?: readonly { readonly platform: unknown }[] } =>
      JSON.parse(execFileSync(crane, ['manifest', reference], { encoding: 'utf8' })) as object;
    expect(pushed).toHaveLength(3);
    expect(read(`${repository}:v1`).manifests?.map(({ platform }) => platform)).toEqual([
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux' },
    ]);
  });

  it('is verified by tag and by digest, which it prints for the chart', { timeout: SPEC_MS }, async () => {
    const [amd64 = '', , index = ''] = pushed;
    expect(await verify(`${repository}:v1`)).toBe(index);
    expect(await verify(amd64)).toBe(amd64);
  });

  it('has the bill of materials that was attested', { timeout: SPEC_MS }, async () => {
    const args = [
      'verify-attestation',
      '--key',
      file('cosign.pub'),
      '--type',
      'cyclonedx',
      '--insecure-ignore-tlog',
    ];
    const { stdout } = await runFile(cosign, [...args, ...insecure, pushed[0] ?? '']);
    const { payload } = JSON.parse(stdout.split('\n')[0] ?? '') as { readonly payload: string };
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      readonly predicate: unknown;
    };
    expect(predicate).toEqual(JSON.parse(readFileSync(sbom(), 'utf8')));
  });

  it('fails with the key of another', { timeout: SPEC_MS }, async () => {
    const environment = { COSIGN_PUBLIC_KEY: file('other.pub') };
    await expect(verify(`${repository}:v1`, environment)).rejects.toThrow(
      'has no valid signature; do not run it',
    );
  });

  describe('that was replaced under its tag', () => {
    let tampered: string;
    beforeAll(async () => {
      tampered =
        (await run('push.sh', [`${repository}:v1`, layout('bad', 'amd64, and more', 'amd64')])).split(
          '\n',
        )[0] ?? '';
    }, SPEC_MS);

    it('fails', { timeout: SPEC_MS }, async () => {
      await expect(verify(`${repository}:v1`)).rejects.toThrow('has no valid signature');
      await expect(verify(tampered)).rejects.toThrow('has no valid signature');
    });

    it('fails with the signatures of the genuine image, too', { timeout: SPEC_MS }, async () => {
      const tagOf = (image: string): string => `${repository}:${image.split('@')[1]?.replace(':', '-')}`;
      const [genuine = ''] = pushed;
      execFileSync(crane, ['copy', tagOf(genuine), tagOf(tampered)], { stdio: 'ignore' });
      await expect(verify(tampered)).rejects.toThrow('does not match any digest in statement');
      expect(await verify(genuine)).toBe(genuine);
    });
  });

  it('without a bill of materials fails', { timeout: SPEC_MS }, async () => {
    const [image = ''] = (await run('push.sh', [`${repository}:v2`, layout('bare', 'bare', 'amd64')])).split(
      '\n',
    );
    await run('sign.sh', [image, '', ...insecure]);
    await expect(verify(image)).rejects.toThrow('has no valid bill of materials');
  });
});

describe('sign.sh', () => {
  it.each([
    [['registry.example/lustre-csi:v1'], {}, 'has no digest: sign IMAGE@sha256'],
    [
      [`registry.example/lustre-csi@sha256:${'a'.repeat(64)}`, '/nonexistent'],
      {},
      'there is no bill of materials',
    ],
    [
      [`registry.example/lustre-csi@sha256:${'a'.repeat(64)}`],
      { COSIGN_OFFLINE: '1', COSIGN: '/bin/true' },
      'COSIGN_OFFLINE=1 needs COSIGN_KEY',
    ],
  ])('refuses %j with %j', async (args, env, message) => {
    const run = runFile(imageScript('sign.sh'), [...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    await expect(run).rejects.toThrow(message);
  });
});
