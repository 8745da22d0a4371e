import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError, type Log, type ProviderContext, type Settings } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { awsFsx } from './index.js';

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

const context = (clusterId = ''): ProviderContext => ({
  driverName: 'fsx.csi.aws.com',
  driverVersion: '0.0.0',
  clusterId,
  log: silent,
});

const settings = (flags: Record<string, string>, environment: Record<string, string> = {}): Settings => ({
  flag: (name) => flags[name],
  environment: (name) => ({ AWS_EC2_METADATA_DISABLED: 'true', ...environment })[name],
});

describe('awsFsx.controller', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['the flag', { region: 'eu-west-1' }, { AWS_REGION: 'us-west-2' }, 'eu-west-1'],
    ['AWS_REGION', {}, { AWS_REGION: 'us-gov-west-1', AWS_DEFAULT_REGION: 'eu-west-1' }, 'us-gov-west-1'],
    ['AWS_DEFAULT_REGION', {}, { AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
  ])('takes the region of %s', async (_name, flags, environment, region) => {
    const controller = await awsFsx.controller(settings(flags, environment), context());
    expect(controller.listingScopes()).toEqual([region]);
    expect(controller.parseVolumeId('fs-0123abcd')).toEqual({ id: 'fs-0123abcd', listingScope: region });
  });

  it('takes the region of the instance where nothing else says one', async () => {
    const server = createServer((request, response) => {
      response.end(request.url === '/latest/meta-data/placement/region' ? 'ap-south-1\n' : 'token');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const environment = {
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}`,
    };
    const controller = await awsFsx.controller(settings({}, environment), context());
    expect(controller.listingScopes()).toEqual(['ap-south-1']);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('takes the region of the node where neither the settings nor an instance say one', async () => {
    const node = { providerId: () => Promise.resolve('eks-hybrid:///eu-north-1/training/mi-01') };
    const controller = await awsFsx.controller(settings({}), { ...context(), node });
    expect(controller.listingScopes()).toEqual(['eu-north-1']);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['no region', {}, '', 'no AWS region: set the environment variable AWS_REGION or the flag --region'],
    ['what is no region', { region: 'http://x' }, '', '"http://x" is not an AWS region'],
    ['wrong tags', { region: 'us-west-2', 'extra-tags': 'a' }, '', '--extra-tags: "a" has no "="'],
    [
      'a cluster id that cannot be a tag',
      { region: 'us-west-2' },
      'a,b',
      'the cluster id "a,b" cannot be a tag',
    ],
  ])('names the setting in one line: %s', async (_name, flags, clusterId, words) => {
    const failure = await awsFsx
      .controller(settings(flags), context(clusterId))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as Error).message).toContain(words);
    expect((failure as Error).message).not.toContain('\n');
  });
});

describe('awsFsx', () => {
  it('loads the SDK with the first call of a controller', () => {
    // The SDK is CommonJS or loads such modules: what is loaded of it stands in the cache of require.
    const script = `
      import { createRequire } from 'node:module';
      const { awsFsx } = await import(process.argv[1]);
      const loaded = () => Object.keys(createRequire(process.argv[1]).cache).filter((path) => path.includes('@aws-sdk'));
      awsFsx.node({ flag: () => undefined, environment: () => undefined });
      const onNode = loaded().length;
      const settings = { flag: (name) => (name === 'region' ? 'us-west-2' : undefined), environment: () => undefined };
      const controller = await awsFsx.controller(settings, { clusterId: '', driverName: 'a', driverVersion: '1' });
      const onController = loaded().length;
      await controller.list('', AbortSignal.abort()).catch(() => {});
      console.log(JSON.stringify({ onNode, onController, onCall: loaded().length > 0 }));`;
    const entry = new URL('../dist/index.js', import.meta.url).href;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script, entry], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(JSON.parse(printed)).toEqual({ onNode: 0, onController: 0, onCall: true });
  });

  it('describes itself to users', () => {
    expect(awsFsx.title).toBe('Amazon FSx for Lustre');
    expect(awsFsx.flags.map(({ name }) => name)).toEqual(['region', 'extra-tags', 'topology-zone']);
  });
});
