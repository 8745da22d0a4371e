import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystemsPath as base, OciServer, validBody, type OciAnswer } from '../testing/oci-server.js';
import { ociSeed } from '../seed.js';

let oci: OciServer;
beforeEach(() => {
  oci = new OciServer();
});
afterEach(() => oci.stop());

const create = (change: object = {}, token?: string): Promise<OciAnswer> =>
  oci.send({
    method: 'POST',
    path: base,
    body: { ...validBody(), ...change },
    ...(token === undefined ? {} : { headers: { 'opc-retry-token': token } }),
  });

const get = (id: unknown): Promise<OciAnswer> => oci.send({ path: `${base}/${String(id)}` });

const list = (query = ''): Promise<OciAnswer> =>
  oci.send({ path: `${base}?compartmentId=${ociSeed.compartmentIds[0]}${query}` });

/** A file system that is active. */
async function active(change: object = {}): Promise<string> {
  const { body } = await create(change);
  oci.world.pass(10);
  return String(body['id']);
}

describe('CreateLustreFileSystem', () => {
  it('accepts, and shows the address once the file system is active', async () => {
    const { status, headers, body } = await create();
    expect([status, body['lifecycleState']]).toEqual([200, 'CREATING']);
    expect(body).not.toHaveProperty('managementServiceAddress');
    expect(headers['opc-work-request-id']).toMatch(/^ocid1\.lustreworkrequest\./);
    oci.world.pass(10);
    const shown = (await get(body['id'])).body;
    expect(shown).toMatchObject({ lifecycleState: 'ACTIVE', lnet: 'tcp', majorVersion: '2.15' });
    expect(shown['managementServiceAddress']).toMatch(/^127\.121\./);
    const published = oci.published.get(String(body['id']));
    expect(published).toMatchObject({ fsname: 'pv123456', capacityBytes: 31_200_000_000_000n });
  });

  it('answers the same retry token with the same file system, and refuses another body', async () => {
    const first = await create({}, 'token');
    const again = await create({}, 'token');
    expect(again.body['id']).toBe(first.body['id']);
    const other = await create({ capacityInGBs: 41_600 }, 'token');
    expect([other.status, other.body['code']]).toEqual([409, 'InvalidatedRetryToken']);
    expect((await list()).body['items']).toHaveLength(1);
  });

  it('forgets a retry token after a day', async () => {
    await create({}, 'token');
    oci.world.pass(24 * 60 * 60);
    await create({}, 'token');
    expect((await list()).body['items']).toHaveLength(2);
  });

  it('allows two file systems of one display name', async () => {
    await create();
    expect((await create()).status).toBe(200);
  });

  it.each([
    ['a size below the smallest', { capacityInGBs: 20_800 }, 400, 'InvalidParameter'],
    ['a size between the steps', { capacityInGBs: 32_000 }, 400, 'InvalidParameter'],
    ['a small step above the limit of small steps', { capacityInGBs: 135_200 }, 400, 'InvalidParameter'],
    ['a name that is too long', { fileSystemName: 'ninechars' }, 400, 'InvalidParameter'],
    ['no tier', { performanceTier: null }, 400, 'MissingParameter'],
    ['another tier', { performanceTier: 'MBPS_PER_TB_1' }, 400, 'InvalidParameter'],
    ['an unknown domain', { availabilityDomain: 'PHX-AD-1' }, 400, 'InvalidParameter'],
    ['an unknown subnet', { subnetId: 'ocid1.subnet.oc1.phx.x' }, 404, 'NotAuthorizedOrNotFound'],
    ['an unknown compartment', { compartmentId: 'ocid1.compartment.oc1..x' }, 404, 'NotAuthorizedOrNotFound'],
    ['an unknown key', { kmsKeyId: 'ocid1.key.oc1.phx.x.y' }, 404, 'NotAuthorizedOrNotFound'],
    ['six security groups', { nsgIds: Array(6).fill(ociSeed.securityGroupIds[0]) }, 400, 'InvalidParameter'],
    [
      'eleven tags',
      { freeformTags: Object.fromEntries([...'abcdefghijk'].map((key) => [key, ''])) },
      400,
      'InvalidParameter',
    ],
    ['a tag with a dot', { freeformTags: { 'a.b': '' } }, 400, 'InvalidParameter'],
  ])('refuses %s', async (_, change, status, code) => {
    const refused = await create(change);
    expect([refused.status, refused.body['code']]).toEqual([status, code]);
    expect((await list()).body['items']).toEqual([]);
  });

  it('refuses more file systems than the service limit', async () => {
    oci = new OciServer({ fileSystemLimit: 1 });
    await create();
    expect((await create()).body['code']).toBe('LimitExceeded');
  });

  it('keeps a failed one, whose work request has the reason', async () => {
    oci.world.faults.add({
      kind: 'fail-creation',
      cloud: 'oci',
      code: 'OutOfCapacity',
      message: 'Out of host capacity.',
    });
    const { body, headers } = await create();
    oci.world.pass(10);
    expect((await get(body['id'])).body).toMatchObject({ lifecycleState: 'FAILED' });
    const work = String(headers['opc-work-request-id']);
    expect((await oci.send({ path: `/20250228/workRequests/${work}` })).body).toMatchObject({
      status: 'FAILED',
    });
    const errors = (await oci.send({ path: `/20250228/workRequests/${work}/errors` })).body['items'];
    expect(errors).toMatchObject([{ code: 'OutOfCapacity', message: 'Out of host capacity.' }]);
  });
});

describe('ListLustreFileSystems', () => {
  it('cuts pages, and filters', async () => {
    for (let index = 0; index < 7; index += 1) await create({ displayName: `pvc-${index}` });
    const first = await list();
    expect(first.body['items']).toHaveLength(5);
    const next = await list(`&page=${String(first.headers['opc-next-page'])}`);
    expect(next.body['items']).toHaveLength(2);
    expect(next.headers).not.toHaveProperty('opc-next-page');
    expect((await list('&displayName=pvc-3')).body['items']).toMatchObject([{ displayName: 'pvc-3' }]);
    expect((await list('&lifecycleState=ACTIVE')).body['items']).toEqual([]);
    expect((await list('&page=nonsense')).status).toBe(400);
  });

  it('hides a compartment that does not exist', async () => {
    const { status } = await oci.send({ path: `${base}?compartmentId=ocid1.compartment.oc1..x` });
    expect(status).toBe(404);
  });
});

describe('UpdateLustreFileSystem', () => {
  const update = (id: string, body: object, etag?: string): Promise<OciAnswer> =>
    oci.send({
      method: 'PUT',
      path: `${base}/${id}`,
      body,
      ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
    });

  it('works for a while, refuses a second one meanwhile, and changes what it names', async () => {
    const id = await active();
    expect((await update(id, { capacityInGBs: 41_600 })).status).toBe(202);
    expect((await update(id, { displayName: 'x' })).body['code']).toBe('IncorrectState');
    expect((await get(id)).body).toMatchObject({ lifecycleState: 'UPDATING', capacityInGBs: 31_200 });
    oci.world.pass(8);
    expect((await get(id)).body).toMatchObject({ lifecycleState: 'ACTIVE', capacityInGBs: 41_600 });
    expect(oci.published.get(id)?.capacityBytes).toBe(41_600_000_000_000n);
  });

  it('refuses a version that is over, a smaller size and what cannot change', async () => {
    const id = await active({ capacityInGBs: 41_600 });
    expect((await update(id, { displayName: 'x' }, 'other')).body['code']).toBe('NoEtagMatch');
    expect((await update(id, { capacityInGBs: 31_200 })).body['code']).toBe('InvalidParameter');
    expect((await update(id, { subnetId: 'x' })).body['code']).toBe('InvalidParameter');
    const { headers } = await get(id);
    expect((await update(id, { displayName: 'x' }, headers['etag'] as string)).status).toBe(202);
  });

  it('leaves the settings where it fails', async () => {
    const id = await active();
    oci.world.faults.add({ kind: 'fail-creation', cloud: 'oci', operation: 'UpdateLustreFileSystem' });
    await update(id, { capacityInGBs: 41_600 });
    oci.world.pass(8);
    expect((await get(id)).body).toMatchObject({ lifecycleState: 'ACTIVE', capacityInGBs: 31_200 });
    const works = await oci.send({ path: `/20250228/workRequests?resourceId=${id}` });
    expect(works.body['items']).toMatchObject([
      { operationType: 'UPDATE_LUSTRE_FILE_SYSTEM', status: 'FAILED' },
      { operationType: 'CREATE_LUSTRE_FILE_SYSTEM', status: 'SUCCEEDED', percentComplete: 100 },
    ]);
  });
});

describe('DeleteLustreFileSystem', () => {
  it('shows a deleted one for a while, then hides it', async () => {
    const id = await active();
    const remove = (): Promise<OciAnswer> => oci.send({ method: 'DELETE', path: `${base}/${id}` });
    expect((await remove()).status).toBe(202);
    expect(oci.published.has(id)).toBe(false);
    expect((await remove()).body['code']).toBe('IncorrectState');
    oci.world.pass(5);
    expect((await get(id)).body['lifecycleState']).toBe('DELETED');
    expect((await remove()).status).toBe(404);
    oci.world.pass(5);
    expect([(await get(id)).status, (await list()).body['items']]).toEqual([404, []]);
  });

  it('refuses one that is being created', async () => {
    const { body } = await create();
    const { status } = await oci.send({ method: 'DELETE', path: `${base}/${String(body['id'])}` });
    expect(status).toBe(409);
  });
});
