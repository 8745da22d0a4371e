import { setTimeout as delay } from 'node:timers/promises';
import { EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateFileSystemCommand,
  DescribeFileSystemsCommand,
  FSxClient,
  type CreateFileSystemCommandInput,
  type FileSystem,
} from '@aws-sdk/client-fsx';
import { fastify } from 'fastify';
import type { LustreServer } from '../../world/lustre-registry.js';
import { World, type Durations } from '../../world/world.js';
import { AwsCloud } from '../aws-cloud.js';
import type { FsxOptions } from '../fsx-account.js';

/** Fast enough for tests, slow enough that each state can be seen. */
const fast: Durations = { createSeconds: 0.2, deleteSeconds: 0.3, updateSeconds: 0.2, tokenSeconds: 300 };

export type AwsCloudFixture = Awaited<ReturnType<typeof startAwsCloud>>;

/** An AwsCloud on a free loopback port, and real SDK clients that talk to it. */
export async function startAwsCloud(durations: Partial<Durations> = {}, options: Partial<FsxOptions> = {}) {
  const servers = new Map<string, LustreServer>();
  const clock = { skewMilliseconds: 0 };
  const world = new World(
    { ...fast, ...durations },
    {
      publish: (server) => void servers.set(server.id, server),
      withdraw: (id) => void servers.delete(id),
    },
    () => Date.now() + clock.skewMilliseconds,
  );
  const cloud = new AwsCloud(world, options);
  const app = fastify({ forceCloseConnections: true });
  cloud.register(app);
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const settings = {
    endpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  };
  const fsx = new FSxClient(settings);
  const ec2 = new EC2Client(settings);
  return {
    world,
    cloud,
    servers,
    endpoint,
    fsx,
    ec2,
    /** Lets the world's clock jump; what is scheduled keeps its time. */
    advance: (seconds: number) => (clock.skewMilliseconds += seconds * 1000),
    create: (input: Partial<CreateFileSystemCommandInput> = {}) => createFileSystem(fsx, input),
    describe: (id: string) => describeFileSystem(fsx, id),
    close: async () => {
      world.stop();
      fsx.destroy();
      ec2.destroy();
      await app.close();
    },
  };
}

export const scratch: CreateFileSystemCommandInput = {
  FileSystemType: 'LUSTRE',
  StorageCapacity: 1200,
  SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
  SecurityGroupIds: ['sg-0aaaaaaaaaaaaaaa1'],
  Tags: [{ Key: 'CSIVolumeName', Value: 'pvc-1' }],
  LustreConfiguration: { DeploymentType: 'SCRATCH_2' },
};

export type CreatedFileSystem = FileSystem & { FileSystemId: string; ResourceARN: string };

async function createFileSystem(fsx: FSxClient, input: Partial<CreateFileSystemCommandInput>) {
  const reply = await fsx.send(new CreateFileSystemCommand({ ...scratch, ...input }));
  return reply.FileSystem as CreatedFileSystem;
}

async function describeFileSystem(fsx: FSxClient, id: string): Promise<FileSystem> {
  const reply = await fsx.send(new DescribeFileSystemsCommand({ FileSystemIds: [id] }));
  const [only] = reply.FileSystems ?? [];
  if (!only) throw new Error(`${id} is not in the reply`);
  return only;
}

/** Asks again until the answer is there. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error('not within 10 seconds');
    await delay(10);
  }
}
