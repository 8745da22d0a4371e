import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsUrlOf } from '../protocol/calls-in-flight.js';
import { startEmulatedCloud, testedDrivers, type EmulatedCloud } from '../testing/emulated-cloud.js';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { runInProcess } from '../testing/run-in-process.js';

describe('--metrics-address', () => {
  it.each(['9095', '127.0.0.1', '127.0.0.1:http', '127.0.0.1:65536', '::1:9095', ''])(
    '"%s": exit 2 and one line that names it',
    async (value) => {
      const flags = [
        '--driver-name=fsx.csi.aws.com',
        '--mode=node',
        '--endpoint=unix:///nonexistent/csi.sock',
        '--log-level=error',
      ];
      const { status, stderr } = await runInProcess([...flags, `--metrics-address=${value}`]);
      expect(stderr.trimEnd().split('\n').at(-1)).toContain(`--metrics-address is "${value}"`);
      expect(status).toBe(2);
    },
  );
});

describe.each(testedDrivers)('$driverName', ({ driverName }) => {
  let cloud: EmulatedCloud;

  beforeAll(async () => {
    cloud = await startEmulatedCloud();
  });

  afterAll(() => cloud.stop());

  it('serves the metrics of the real process', async () => {
    const driver = await startLustreCsi({
      driverName,
      mode: 'node',
      args: ['--metrics-address', '127.0.0.1:0'],
      environment: cloud.environment,
    });
    await driver.client.node.nodeGetInfo({});
    const text = await (await fetch(`${metricsUrlOf(driver.log())}/metrics`)).text();
    const labels = `driver_name="${driverName}",method_name="/csi.v1.Node/NodeGetInfo",grpc_status_code="OK"`;
    expect(text).toContain(`csi_plugin_operations_seconds_count{${labels}} 1\n`);
    expect(text).toContain('lustre_csi_node_publications 0\n');
    expect(await driver.stop()).toBe(0);
  });
});

describe('the library of the metrics', () => {
  const packageRoot = new URL('.', import.meta.resolve('@lustre-csi/lustre-csi/package.json'));
  const metafile = new URL('dist/bundle-metafile.json', packageRoot);
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as {
    readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
  };
  /** Names of the bundle's files with a part of the library. */
  const chunks = Object.entries(outputs)
    .filter(([, { inputs }]) =>
      Object.keys(inputs).some((path) => path.includes('node_modules/prom-client/')),
    )
    .map(([path]) => basename(path));

  /** Value of NODE_OPTIONS for a process in which the library does not exist. */
  const withoutLibrary = (): string => {
    const hooks = `export async function resolve(specifier, context, next) {
      const asked = specifier.split('/').at(-1);
      if (${JSON.stringify(chunks)}.includes(asked)) throw new Error('prom-client was requested');
      return next(specifier, context);
    }`;
    const data = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
    return `--import ${data(`import { register } from 'node:module'; register(${JSON.stringify(data(hooks))});`)}`;
  };

  it('is loaded only where metrics are served', async () => {
    expect(chunks).not.toEqual([]);
    const cloud = await startEmulatedCloud();
    const environment = { ...cloud.environment, NODE_OPTIONS: withoutLibrary() };
    const options = { driverName: 'fsx.csi.aws.com', mode: 'node', environment } as const;
    const driver = await startLustreCsi(options);
    expect((await driver.client.identity.probe({})).ready).toBe(true);
    await driver.stop();
    await expect(startLustreCsi({ ...options, args: ['--metrics-address', '127.0.0.1:0'] })).rejects.toThrow(
      'prom-client was requested',
    );
    await cloud.stop();
  });
});
