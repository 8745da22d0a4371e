// Behaviours of lustre.googleapis.com, the metadata server and the token exchange, over HTTP and without any client library.
import { randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LustreServer } from '../world/lustre-registry.js';
import { SteppedWorld } from '../world/testing/stepped-world.js';
import { GoogleCloud, type GoogleCloudOptions } from './google-cloud.js';
import { googleSeed } from './seed.js';

/** Answers of all kinds: the fields that the specs read one by one. */
interface Json {
  readonly name?: string;
  readonly done?: boolean;
  readonly state?: unknown;
  readonly mountPoint?: string;
  readonly metadata?: object;
  readonly error?: { readonly message: string };
  readonly instances?: readonly object[];
  readonly operations?: readonly { readonly name: string }[];
  readonly locations?: readonly { readonly locationId: string }[];
  readonly nextPageToken?: string;
  readonly access_token?: string;
}

let app: FastifyInstance;
let world: SteppedWorld;
let cloud: GoogleCloud;
let origin: string;
let token: string;
const published = new Map<string, LustreServer>();

async function start(options: GoogleCloudOptions = {}): Promise<void> {
  const registry = {
    publish: (server: LustreServer) => void published.set(server.id, server),
    withdraw: (id: string) => void published.delete(id),
  };
  const durations = { createSeconds: 0.03, deleteSeconds: 0.03, updateSeconds: 0.03, tokenSeconds: 300 };
  world = new SteppedWorld(durations, registry);
  cloud = new GoogleCloud(world, options);
  app = fastify({ forceCloseConnections: true });
  cloud.register(app);
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
  token =
    ((await (await metadata('instance/service-accounts/default/token')).json()) as Json).access_token ?? '';
}
beforeEach(() => start());
afterEach(async () => {
  world.stop();
  await app.close();
  published.clear();
});

const metadata = (path: string, headers: Record<string, string> = { 'Metadata-Flavor': 'Google' }) =>
  fetch(`${origin}/computeMetadata/v1/${path}`, { headers });

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${origin}/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

const ZONE = 'projects/lustre-project/locations/us-central1-a';
const spec = {
  filesystem: 'lfs',
  capacityGib: '9000',
  network: 'projects/lustre-project/global/networks/default',
  perUnitStorageThroughput: '1000',
};
const create = (id: string, change: object = {}, query = '') =>
  call('POST', `${ZONE}/instances?instanceId=${id}${query}`, { ...spec, ...change });
const get = (id: string) => call('GET', `${ZONE}/instances/${id}`);
const patch = (id: string, mask: string, body: object) =>
  call('PATCH', `${ZONE}/instances/${id}?updateMask=${mask}`, body);

async function settled(operation: Json): Promise<Json> {
  for (;;) {
    const { body } = await call('GET', operation.name ?? '');
    if (body.done) return body;
    if (!world.step()) throw new Error('the operation never ends');
  }
}
const created = async (id: string, change: object = {}): Promise<Json> =>
  settled((await create(id, change)).body);

describe('creation', () => {
  it('answers with an operation; the instance is visible at once, and has a mount point when it is done', async () => {
    const { status, body } = await create('one');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      done: false,
      metadata: { verb: 'create', target: `${ZONE}/instances/one`, apiVersion: 'v1' },
    });
    const { body: early } = await get('one');
    expect(early).toMatchObject({ state: 'CREATING', capacityGib: '9000' });
    expect(early).not.toHaveProperty('mountPoint');
    expect(await settled(body)).toMatchObject({
      response: { state: 'ACTIVE', '@type': expect.stringMatching(/Instance$/) as string },
    });
    const { body: late } = await get('one');
    expect(late.mountPoint).toMatch(/^10\.90\.\d+\.\d+@tcp:\/lfs$/);
    expect([...published.values()]).toMatchObject([{ fsname: 'lfs' }]);
  });

  it('that fails leaves only the operation', async () => {
    world.faults.add({ kind: 'fail-creation', operation: 'CreateInstance' });
    expect(await created('one')).toMatchObject({
      error: { code: 8, message: expect.stringMatching(/enough resources/) as string },
    });
    expect((await get('one')).status).toBe(404);
  });

  it('of the same id is a conflict, and with the same requestId the same operation', async () => {
    const requestId = `&requestId=${randomUUID()}`;
    const first = await create('one', {}, requestId);
    expect((await create('one', {}, requestId)).body.name).toBe(first.body.name);
    expect(await create('one', { capacityGib: '18000' }, requestId)).toMatchObject({ status: 400 });
    expect(await create('one')).toMatchObject({ status: 409, body: { error: { status: 'ALREADY_EXISTS' } } });
    expect(await create('two', {}, '&requestId=x')).toMatchObject({ status: 400 });
  });

  it.each([
    [{ capacityGib: '9001' }, /capacity_gib.*multiples of 9000/],
    [{ capacityGib: 'x' }, /TYPE_INT64/],
    [{ capacityGib: '1584001' }, /multiples of 72000/],
    [{ perUnitStorageThroughput: '300' }, /125, 250, 500, 1000/],
    [{ filesystem: '9lfs' }, /filesystem/],
    [{ network: 'projects/lustre-project/global/networks/none' }, /was not found/],
    [{ network: 'projects/lustre-project/global/networks/unpeered-network' }, /peered/],
    [{ labels: { Upper: 'x' } }, /Invalid label/],
    [{ kmsKey: 'projects/p/locations/europe-west4/keyRings/r/cryptoKeys/k' }, /region us-central1/],
    [{ accessRulesOptions: { defaultSquashUid: 5 } }, /must be unset/],
    [{ nonsense: 1 }, /Unknown name "nonsense"/],
  ])('refuses %o', async (change, words) => {
    const { status, body } = await create('one', change);
    expect(status).toBe(400);
    expect(body.error?.message).toMatch(words);
    expect((await get('one')).status).toBe(404);
  });
});

describe('changes', () => {
  it('show when they are done; a mask replaces whole fields', async () => {
    await created('one', { labels: { a: '1' } });
    const { body } = await patch('one', 'labels,description', { labels: { b: '2' }, description: 'x' });
    expect((await get('one')).body).toMatchObject({ labels: { a: '1' } });
    await settled(body);
    expect((await get('one')).body).toMatchObject({ labels: { b: '2' }, description: 'x', state: 'ACTIVE' });
  });

  it.each([
    ['network', { network: 'x' }, 400, /"network"/],
    ['', {}, 400, /required/],
    ['capacity_gib', { capacityGib: '8000' }, 400, /multiples/],
    ['capacityGib', { capacityGib: '1584000' }, 400, /cannot be expanded beyond/],
  ])('of %s are refused', async (mask, body, status, words) => {
    await created('one');
    const answer = await patch('one', mask, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error?.message).toMatch(words);
  });

  it('meet one another', async () => {
    await created('one');
    await patch('one', 'description', { description: 'x' });
    expect(await patch('one', 'description', { description: 'y' })).toMatchObject({
      status: 409,
      body: { error: { status: 'ABORTED' } },
    });
  });

  it('of an instance that is not active are refused', async () => {
    await created('one');
    cloud.setState(`${ZONE}/instances/one`, 'SUSPENDED', 'the key is gone');
    expect((await get('one')).body).toMatchObject({ state: 'SUSPENDED', stateReason: 'the key is gone' });
    expect(await patch('one', 'description', {})).toMatchObject({
      body: { error: { status: 'FAILED_PRECONDITION' } },
    });
  });
});

describe('deletion', () => {
  it('shows its state, then nothing', async () => {
    await created('one');
    const { body } = await call('DELETE', `${ZONE}/instances/one`);
    expect((await get('one')).body).toMatchObject({ state: 'DELETING' });
    expect(published.size).toBe(0);
    expect(await settled(body)).toMatchObject({
      response: { '@type': expect.stringMatching(/Empty$/) as string },
    });
    expect(await call('DELETE', `${ZONE}/instances/one`)).toMatchObject({ status: 404 });
  });
});

describe('lists', () => {
  it('have pages', async () => {
    for (const id of ['a', 'b', 'c']) await created(id);
    const first = await call('GET', `${ZONE}/instances?pageSize=2`);
    expect(first.body.instances).toHaveLength(2);
    const second = await call('GET', `${ZONE}/instances?pageSize=2&pageToken=${first.body.nextPageToken}`);
    expect(second.body).toMatchObject({ instances: [{ name: `${ZONE}/instances/c` }] });
    expect(second.body).not.toHaveProperty('nextPageToken');
  });

  it('of all zones report those that cannot be reached', async () => {
    await app.close();
    await start({ unreachable: ['us-central1-b'] });
    await created('a');
    expect((await call('GET', 'projects/lustre-project/locations/-/instances')).body).toMatchObject({
      instances: [{}],
      unreachable: ['us-central1-b'],
    });
  });

  it('of operations have those of other versions unless they are filtered', async () => {
    await created('a');
    const all = await call('GET', `${ZONE}/operations`);
    const filtered = await call(
      'GET',
      `${ZONE}/operations?filter=${encodeURIComponent('metadata.apiVersion="v1"')}`,
    );
    expect([all, filtered].map(({ body }) => body.operations?.length)).toEqual([2, 1]);
    const [operation] = filtered.body.operations ?? [];
    await call('DELETE', operation?.name ?? '');
    expect(await call('GET', operation?.name ?? '')).toMatchObject({ status: 404 });
  });

  it('of locations name the zones', async () => {
    const { body } = await call('GET', 'projects/lustre-project/locations');
    expect(body.locations?.map(({ locationId }) => locationId)).toEqual(googleSeed.zones);
  });
});

describe('the wire', () => {
  it('has enums as numbers where the client requests them', async () => {
    await created('one');
    const { body } = await call(
      'GET',
      `${ZONE}/instances/one?$alt=${encodeURIComponent('json;enum-encoding=int')}`,
    );
    expect(body.state).toBe(1);
  });

  it.each([
    ['no token', ''],
    ['an unknown token', 'Bearer x'],
  ])('needs authentication: %s', async (_, authorization) => {
    const answer = await fetch(`${origin}/v1/${ZONE}/instances`, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('hides other projects', async () => {
    expect(await call('GET', 'projects/other/locations/-/instances')).toMatchObject({ status: 403 });
  });

  it('throttles with Retry-After', async () => {
    world.faults.add({ kind: 'throttle', cloud: 'google', retryAfterSeconds: 7 });
    const answer = await fetch(`${origin}/v1/${ZONE}/instances`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });
});

describe('imports', () => {
  it('have counters, and metadata without a verb', async () => {
    await created('one');
    const body = { gcsPath: { uri: 'gs://bucket/a/' }, requestId: randomUUID() };
    const started = await call('POST', `${ZONE}/instances/one:importData`, body);
    expect((await call('POST', `${ZONE}/instances/one:importData`, body)).body.name).toBe(started.body.name);
    const done = await settled(started.body);
    expect(done.metadata).toMatchObject({ operationMetadata: { counters: { objectsCopiedCount: '3' } } });
    expect(done.metadata).not.toHaveProperty('verb');
    expect(await call('POST', `${ZONE}/instances/one:importData`, {})).toMatchObject({ status: 400 });
  });
});

describe('the metadata server', () => {
  it.each([
    ['project/project-id', 'lustre-project'],
    ['instance/zone', 'projects/123456789012/zones/us-central1-a'],
  ])('has %s', async (path, expected) => {
    const answer = await metadata(path);
    expect(answer.headers.get('metadata-flavor')).toBe('Google');
    expect(await answer.text()).toBe(expected);
  });

  it('refuses requests without its header, and unknown paths', async () => {
    expect((await metadata('instance/zone', {})).status).toBe(403);
    expect((await metadata('instance/none')).status).toBe(404);
  });
});

describe('the token exchange', () => {
  const exchange = (change: Record<string, string> = {}) =>
    fetch(`${origin}/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: googleSeed.identityProvider,
        subject_token: googleSeed.subjectToken,
        ...change,
      }),
    });

  it('gives access tokens', async () => {
    token = ((await (await exchange()).json()) as Json).access_token ?? '';
    expect((await call('GET', `${ZONE}/instances`)).status).toBe(200);
  });

  it.each([[{ subject_token: 'x' }], [{ audience: 'x' }], [{ grant_type: 'x' }]])(
    'refuses %o',
    async (change) => {
      expect((await exchange(change as Record<string, string>)).status).toBe(400);
    },
  );
});
