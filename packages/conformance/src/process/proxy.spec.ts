// Both clouds behind a proxy that demands a password and alone knows their names: the executable, the real SDKs, TLS.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@lustre-csi/driver/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createRequest,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
  type TestedDriver,
} from '../testing/emulated-cloud.js';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { runInProcess } from '../testing/run-in-process.js';
import { listen, startRecordingProxy, type RecordingProxy } from '../testing/recording-proxy.js';

let directory: string;
let cloud: EmulatedCloud;
let proxy: RecordingProxy;
let aws: Server;
let awsPort: number;

/** Serves TLS with a certificate for `*.lustre.test` before the emulated AWS, which speaks plain HTTP. */
function tlsBefore(url: string, certificate: { readonly key: string; readonly cert: string }): Server {
  const { hostname, port } = new URL(url);
  return createServer({ key: certificate.key, cert: certificate.cert }, (message, response) => {
    const { method, headers, url: path } = message;
    message.pipe(
      request({ host: hostname, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lustre-csi-proxy-'));
  cloud = await startEmulatedCloud({ durations: { createSeconds: 0.1, deleteSeconds: 0.1 } });
  proxy = await startRecordingProxy();
  const certificate = selfSigned('AWS', ['*.lustre.test']);
  writeFileSync(join(directory, 'aws.pem'), certificate.cert);
  aws = tlsBefore(cloud.emulator.awsUrl, certificate);
  awsPort = await listen(aws);
  mkdirSync(join(directory, 'certs'));
  writeFileSync(join(directory, 'certs/azure.crt'), cloud.emulator.certificateAuthority);
});

afterAll(async () => {
  aws.closeAllConnections();
  aws.close();
  await proxy.stop();
  await cloud.stop();
  rmSync(directory, { recursive: true });
});

/** Variables that leave no other way to the cloud. */
const nothingElse = { NODE_EXTRA_CA_CERTS: undefined, NO_PROXY: undefined, no_proxy: undefined };

function awsEnvironment(): Record<string, string | undefined> {
  const tokenFile = join(directory, 'token');
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const claims = { aud: ['sts.amazonaws.com'], sub: 'system:serviceaccount:lustre:controller', exp: 4e9 };
  writeFileSync(tokenFile, `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`);
  return {
    AWS_ENDPOINT_URL_FSX: `https://fsx.lustre.test:${awsPort}`,
    AWS_ENDPOINT_URL_STS: `https://sts.lustre.test:${awsPort}`,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/lustre-csi-controller',
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_CA_BUNDLE: join(directory, 'aws.pem'),
    https_proxy: proxy.url,
  };
}

function azureEnvironment(): Record<string, string | undefined> {
  const original = cloud.environment['AZURE_CONFIG_FILE'] ?? '';
  const { port } = new URL(cloud.emulator.azureUrl);
  const file = join(directory, 'azure.json');
  const config = JSON.parse(readFileSync(original, 'utf8')) as object;
  const resourceManagerEndpoint = `https://arm.lustre.test:${port}`;
  writeFileSync(file, JSON.stringify({ ...config, resourceManagerEndpoint }));
  return {
    AZURE_CONFIG_FILE: file,
    AZURE_AUTHORITY_HOST: `https://login.lustre.test:${port}`,
    SSL_CERT_DIR: join(directory, 'certs'),
    HTTPS_PROXY: proxy.url,
  };
}

const cases: readonly [TestedDriver, () => Record<string, string | undefined>, readonly string[]][] = [
  [testedDrivers[0] as TestedDriver, awsEnvironment, ['fsx.lustre.test', 'sts.lustre.test']],
  [testedDrivers[1] as TestedDriver, azureEnvironment, ['arm.lustre.test', 'login.lustre.test']],
];

it.each(cases)(
  '$driverName reaches its cloud through the proxy alone',
  async (tested, environment, hosts) => {
    const { driverName } = tested;
    const before = new Set(proxy.hosts);
    const driver = await startLustreCsi({
      driverName,
      mode: 'controller',
      environment: { ...cloud.environment, ...nothingElse, ...environment() },
    });
    try {
      const deadline = Date.now() + 20_000;
      const { volume } = await driver.client.controller.createVolume(createRequest(tested, 'pvc-proxied'), {
        deadline,
      });
      await driver.client.controller.deleteVolume(
        { volumeId: volume?.volumeId ?? '', secrets: {} },
        { deadline },
      );
    } finally {
      await driver.stop();
    }
    expect([...proxy.hosts].filter((host) => !before.has(host)).sort()).toEqual(hosts);
  },
);

it.each([
  ['HTTPS_PROXY', 'socks5://127.0.0.1:1', /HTTPS_PROXY is no address of an HTTP proxy/],
  ['AWS_CA_BUNDLE', '/nowhere.pem', /cannot read AWS_CA_BUNDLE .*nowhere\.pem/],
])('names %s in one line if it is wrong', async (name, value, words) => {
  const environment = { ...cloud.environment, [name]: value };
  const { driverName } = testedDrivers[0] as TestedDriver;
  const flags = ['--driver-name', driverName, '--mode=controller', '--endpoint=unix:///nonexistent/csi.sock'];
  const { status, stderr } = await runInProcess(flags, environment);
  expect(stderr).toMatch(words);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(2);
});
