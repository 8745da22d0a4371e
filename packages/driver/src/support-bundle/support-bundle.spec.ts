import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HealthyWorld } from '../doctor/testing/healthy-world.js';
import { logSources, objectSources } from './cluster-sources.js';
import { nodeSources } from './node-sources.js';
import { collected, type Source } from './sources.js';
import { writeTarGz } from './tar-gz.js';

const SECRET = 'hunter2-planted-secret';
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.${'p'.repeat(30)}.${'q'.repeat(30)}`;

let world: HealthyWorld;

beforeEach(async () => {
  world = await new HealthyWorld().init();
});
afterEach(() => world.stop());

/** Files of a tar.gz. */
async function filesIn(
  sources: AsyncIterable<Source> | Iterable<Source>,
): Promise<ReadonlyMap<string, string>> {
  const stream = new PassThrough();
  const bytes = buffer(stream);
  await writeTarGz(collected(sources), stream);
  stream.end();
  const files = new Map<string, string>();
  const archive = extract();
  archive.on('entry', (header, content, next) => {
    void buffer(content).then((data) => {
      files.set(header.name, data.toString('utf8'));
      next();
    });
  });
  const done = new Promise<void>((resolve) => archive.on('finish', () => resolve()));
  archive.end(gunzipSync(await bytes));
  await done;
  return files;
}

it('contains objects, logs and the state of the node, and none of the planted secrets', async () => {
  world.change('/api/v1/namespaces/storage/pods', (list) => {
    const [controller] = list['items'] as Record<string, Record<string, unknown>>[];
    if (!controller) throw new Error('no pod');
    controller['spec'] = {
      containers: [
        {
          name: 'lustre-csi',
          args: ['--driver-name=memory.lustre.test'],
          env: [{ name: 'CLIENT_SECRET', value: SECRET }],
        },
      ],
    };
    controller['status'] = { containerStatuses: [{ name: 'lustre-csi', restartCount: 1 }] };
  });
  world.outputs.set('lctl list_nids', `10.0.0.9@tcp\nskpath password=${SECRET}\n`);
  const cluster = {
    driverName: 'memory.lustre.test',
    namespace: 'storage',
    logLines: 10,
    kube: {
      get: world.kube.get,
      text: async (path: string) =>
        `{"msg":"GET ${path}","Authorization":"Bearer ${TOKEN}","clientSecret":"${SECRET}"}\n`,
    },
  };
  async function* sources(): AsyncIterable<Source> {
    yield* nodeSources(world.node);
    yield* objectSources(cluster);
    yield* logSources(cluster);
  }
  const files = await filesIn(sources());
  const names = [...files.keys()];
  expect(names).toEqual(
    expect.arrayContaining([
      'node/client.json',
      'node/nids.txt',
      'cluster/pods.json',
      'cluster/storageclasses.json',
      'logs/controller-1/lustre-csi.log',
      'logs/controller-1/lustre-csi.previous.log',
    ]),
  );
  const all = [...files.values()].join('\n');
  expect(all).not.toContain(SECRET);
  expect(all).not.toContain(TOKEN);
  expect(files.get('logs/controller-1/lustre-csi.log')).toContain('tailLines=10');
  expect(files.get('node/nids.txt')).toContain('10.0.0.9@tcp');
  expect(names.filter((name) => /secret/i.test(name))).toEqual([]);
});

it('contains the reason in place of what cannot be collected', async () => {
  const files = await filesIn([
    { name: 'a.json', collect: () => Promise.reject(new Error(`403 forbidden, token: ${TOKEN}`)) },
    { name: 'b.json', limitMs: 10, collect: () => new Promise<string>(() => {}) },
    { name: 'c.txt', collect: async () => 'there' },
  ]);
  expect(files.get('a.json.error.txt')).toBe('403 forbidden, token: [removed]\n');
  expect(files.get('b.json.error.txt')).toBe('no answer in 0.01 s\n');
  expect(files.get('c.txt')).toBe('there');
});
