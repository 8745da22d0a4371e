// Clients in other languages on the wire, beside csi-sanity's Go: raw HTTP/2 over the unix socket.
import { csi } from '@lustre-csi/core/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';
import { awaitCallsInFlight, metricsUrlOf } from './calls-in-flight.js';
import { RawGrpc } from './raw-grpc.js';

const OK = 0;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;

const GET_INFO = '/csi.v1.Identity/GetPluginInfo';
const CREATE = '/csi.v1.Controller/CreateVolume';
const PUBLISH = '/csi.v1.Node/NodePublishVolume';

/** gRPC's usual limit for a message. */
const FOUR_MIB = 4 * 1024 * 1024;

describe.each(testedDrivers)('$driverName', (tested) => {
  let cloud: EmulatedCloud;
  let driver: DriverProcess;
  let raw: RawGrpc;

  beforeAll(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 3 } });
    driver = await startLustreCsi({
      driverName: tested.driverName,
      environment: cloud.environment,
      args: ['--metrics-address', '127.0.0.1:0'],
    });
    raw = new RawGrpc(driver.endpoint);
  });

  afterAll(async () => {
    raw.close();
    await driver.stop();
    await cloud.stop();
  });

  it('answers :authority localhost, without a deadline', async () => {
    expect(await raw.call(GET_INFO, new Uint8Array())).toMatchObject({ httpStatus: 200, grpcStatus: OK });
  });

  it('ignores metadata that it does not know', async () => {
    const metadata = { authorization: 'Bearer x', 'x-custom-bin': 'AAEC', 'user-agent': 'grpc-go/1.70.0' };
    expect((await raw.call(GET_INFO, new Uint8Array(), metadata)).grpcStatus).toBe(OK);
  });

  it('serves 64 calls at once on one connection', async () => {
    const message = csi.CreateVolumeRequest.encode(createRequest(tested, 'pvc-asked-64-times')).finish();
    const calls = Array.from({ length: 64 }, () => raw.call(CREATE, message));
    expect(await awaitCallsInFlight(metricsUrlOf(driver.log()), 64)).toBe(64);
    expect((await raw.call(GET_INFO, new Uint8Array())).grpcStatus).toBe(OK);
    const answers = await Promise.all(calls);
    expect(answers.map(({ grpcStatus }) => grpcStatus)).toEqual(answers.map(() => OK));
    expect(fileSystemsIn(cloud.emulator, tested)).toHaveLength(1);
    expect(await awaitCallsInFlight(metricsUrlOf(driver.log()), 0)).toBe(0);
  });

  it('reads messages up to 4 MiB, refuses longer ones, and survives them', async () => {
    const encode = (filling: number): Uint8Array =>
      csi.NodePublishVolumeRequest.encode(
        csi.NodePublishVolumeRequest.fromPartial({ volumeContext: { large: 'x'.repeat(filling) } }),
      ).finish();
    /** Message of exactly this length. */
    const request = (bytes: number): Uint8Array => encode(2 * bytes - 1024 - encode(bytes - 1024).length);
    expect(request(FOUR_MIB)).toHaveLength(FOUR_MIB);
    const long = await raw.call(PUBLISH, request(FOUR_MIB));
    expect(long).toMatchObject({ grpcStatus: INVALID_ARGUMENT });
    // The message arrives whole: the driver itself refuses it, for the length of the map.
    expect(long.message).toContain('volume_context is ');
    expect(await raw.call(PUBLISH, request(FOUR_MIB + 1))).toMatchObject({ grpcStatus: RESOURCE_EXHAUSTED });
    const afterwards = new RawGrpc(driver.endpoint);
    expect((await afterwards.call(GET_INFO, new Uint8Array())).grpcStatus).toBe(OK);
    afterwards.close();
  });

  it('ends a call whose client has gone', async () => {
    const leaving = new RawGrpc(driver.endpoint);
    const message = csi.CreateVolumeRequest.encode(createRequest(tested, 'pvc-left-alone')).finish();
    const metricsUrl = metricsUrlOf(driver.log());
    const cut = leaving.call(CREATE, message);
    expect(await awaitCallsInFlight(metricsUrl, 1)).toBe(1);
    leaving.close();
    expect((await cut).grpcStatus).toBeUndefined();
    // Long before the file system exists: the test does not wait for the creation.
    expect(await awaitCallsInFlight(metricsUrl, 0, 1500)).toBe(0);
    // The client has gone, its request has not: the next call continues it.
    const { volume } = await driver.client.controller.createVolume(createRequest(tested, 'pvc-left-alone'));
    expect(volume?.capacityBytes).toBe(tested.capacityBytes);
    expect(fileSystemsIn(cloud.emulator, tested)).toHaveLength(2);
    expect((await driver.client.identity.probe({})).ready).toBe(true);
  });
});
