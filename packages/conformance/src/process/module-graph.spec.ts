import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CsiClient } from '@lustre-csi/core/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLustreCsi } from '../testing/lustre-csi.js';
import {
  furtherDrivers,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';

const SDK = /node_modules\/(@aws-sdk|@smithy|@azure|google-auth-library|gaxios)\//;

/** Parts that read parameters and configuration files. */
const READERS = /node_modules\/(yaml|zod)\/|\/dist\/parameters\/parameters\.js$/;

/** Folder of the cloud SDK of each driver: that of Google is loaded with the first token. */
const SDKS: Readonly<Record<string, string>> = {
  'fsx.csi.aws.com': '@aws-sdk',
  'azurelustre.csi.azure.com': '@azure',
};

/** Loader hook that records the imports of the process. */
const recorder = `
import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  import { appendFileSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context);
    appendFileSync(process.env.MODULE_LOG, found.url + '\\\\n');
    return found;
  }
\`));
`;

let directory: string;
let cloud: EmulatedCloud;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lustre-csi-modules-'));
  writeFileSync(join(directory, 'recorder.mjs'), recorder);
  cloud = await startEmulatedCloud();
});

afterEach(async () => {
  await cloud.stop();
  rmSync(directory, { recursive: true });
});

const packageRoot = new URL('.', import.meta.resolve('@lustre-csi/lustre-csi/package.json'));
const { outputs } = JSON.parse(readFileSync(new URL('dist/bundle-metafile.json', packageRoot), 'utf8')) as {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
};

/** Modules that a file of the bundle was made of. */
const modulesIn = (url: string): readonly string[] =>
  url.startsWith(packageRoot.href)
    ? Object.keys(outputs[url.slice(packageRoot.href.length)]?.inputs ?? {})
    : [];

/** Modules that the executable has loaded when it serves, and has answered a call. */
async function modulesOf(
  driverName: string,
  mode: 'node' | 'controller',
  call: (client: CsiClient) => Promise<unknown> = (client) => client.identity.probe({}),
): Promise<readonly string[]> {
  const log = join(directory, `${mode}.log`);
  const NODE_OPTIONS = `--import ${pathToFileURL(join(directory, 'recorder.mjs')).href}`;
  const noCluster = { KUBERNETES_SERVICE_HOST: undefined };
  const environment = { ...cloud.environment, ...noCluster, NODE_OPTIONS, MODULE_LOG: log };
  const driver = await startLustreCsi({ driverName, mode, environment });
  await call(driver.client);
  await driver.stop();
  const urls = readFileSync(log, 'utf8').trim().split('\n');
  // Nothing is loaded from beside the bundle: it works where no package is installed.
  const entry = new URL('bin/lustre-csi.js', packageRoot).href;
  const outside = urls.filter((url) => url.startsWith('file:') && !url.includes('/bundle/'));
  expect(outside.filter((url) => url !== entry && !url.endsWith('/recorder.mjs'))).toEqual([]);
  return urls.flatMap(modulesIn);
}

describe.each(testedDrivers)('$driverName', ({ driverName }) => {
  it('loads no cloud SDK on a node, and no Kubernetes client outside of a cluster', async () => {
    const modules = await modulesOf(driverName, 'node');
    expect(modules.length).toBeGreaterThan(20);
    expect(modules.filter((url) => SDK.test(url) || READERS.test(url))).toEqual([]);
    expect(modules.some((url) => url.endsWith('/kubernetes/this-node.js'))).toBe(true);
    // Loaded where a flag requests them.
    const onRequest = /\/driver\/dist\/(?:tracing\/|metrics\/(?:catalogue|metrics)|kubernetes\/leadership)/;
    expect(modules.filter((url) => onRequest.test(url))).toEqual([]);
    expect(
      Object.values(outputs)
        .flatMap(({ inputs }) => Object.keys(inputs))
        .filter((url) => onRequest.test(url) && !url.startsWith('on-use:')),
    ).toHaveLength(
      // catalogue, metrics, leadership; otlp-exporter, span, start-tracing, tracer
      7,
    );
    expect(modules.filter((url) => /\/(?:kube-client|kubernetes-node|startup-taint)\.js$/.test(url))).toEqual(
      [],
    );
  });

  it('loads its own cloud SDK in the controller, and no other', async () => {
    const modules = await modulesOf(driverName, 'controller', (client) =>
      client.controller.listVolumes({ maxEntries: 0, startingToken: '' }),
    );
    const loaded = Object.values(SDKS).filter((name) =>
      modules.some((url) => url.includes(`/node_modules/${name}/`)),
    );
    expect(loaded).toEqual([SDKS[driverName]].filter(Boolean));
    const ofParameters = modules.filter((url) => url.endsWith('/dist/parameters/parameters.js'));
    expect(new Set(ofParameters).size).toBe(1);
    expect(modules.filter((url) => /node_modules\/(google-auth-library|gaxios)\//.test(url))).toEqual([]);
  });
});

describe.each(furtherDrivers)('$driverName', ({ driverName }) => {
  it('loads the client of a cloud in the controller alone', async () => {
    const isClient = (url: string): boolean =>
      /provider-(?:oci|google)-lustre\/dist\/(?:api|operations)\//.test(url);
    const onNode = await modulesOf(driverName, 'node');
    expect(onNode.filter((url) => isClient(url) || SDK.test(url))).toEqual([]);
    const inController = await modulesOf(driverName, 'controller');
    expect(inController.some(isClient)).toBe(true);
    expect(inController.filter((url) => SDK.test(url))).toEqual([]);
  });
});
