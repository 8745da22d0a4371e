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
import { SteppedWorld } from '../../world/testing/stepped-world.js';
import type { Durations } from '../../world/world.js';
import { AwsCloud, type AwsCloudOptions } from '../aws-cloud.js';

const usual: Durations = { createSeconds: 8, deleteSeconds: 3, updateSeconds: 5, tokenSeconds: 300 };

export type AwsCloudFixture = Awaited<ReturnType<typeof startAwsCloud>>;

/** AwsCloud on a free loopback port, and real SDK clients that use it. Time passes only when a test says so. */
export async function startAwsCloud(durations: Partial<Durations> = {}, options: AwsCloudOptions = {}) {
  const servers = new Map<string, LustreServer>();
  const world = new SteppedWorld(
    { ...usual, ...durations },
    {
      publish: (server) => void servers.set(server.id, server),
      withdraw: (id) => void servers.delete(id),
    },
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
  const impatient = new FSxClient({ ...settings, maxAttempts: 1 });
  const ec2 = new EC2Client(settings);
  return {
    world,
    cloud,
    servers,
    endpoint,
    fsx,
    /** Client that tries once. */
    impatient,
    ec2,
    create: (input: Partial<CreateFileSystemCommandInput> = {}) => createFileSystem(fsx, input),
    describe: (id: string) => describeFileSystem(fsx, id),
    close: async () => {
      world.stop();
      fsx.destroy();
      impatient.destroy();
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
