// A small CSI client: each command is one RPC, as Kubernetes' sidecars and kubelet send it.
//   node examples/first-volume/volume.mjs COMMAND ...       the driver's socket is in CSI_ENDPOINT
import { readFileSync } from 'node:fs';
import { connectCsi } from '@lustre-csi/core/client';

const USAGE = `node volume.mjs COMMAND, one of
  info                              GetPluginInfo
  create NAME GIB [KEY=VALUE...]    CreateVolume; KEY=VALUE as in the parameters of a StorageClass
  publish VOLUME TARGET             NodePublishVolume; VOLUME is a file with the output of create
  stats VOLUME TARGET               NodeGetVolumeStats
  unpublish VOLUME TARGET           NodeUnpublishVolume
  delete VOLUME                     DeleteVolume
  list                              ListVolumes
`;
const GIB = 1024n ** 3n;
const MULTI_NODE_MULTI_WRITER = 5; // ReadWriteMany
const CODES = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  14: 'UNAVAILABLE',
};

const volumeCapability = {
  accessType: { $case: 'mount', value: { fsType: '', mountFlags: ['flock'], volumeMountGroup: '' } },
  accessMode: { mode: MULTI_NODE_MULTI_WRITER },
};
const volumeIn = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** RPCs by command; each returns what is printed. */
const commands = {
  async info({ identity }) {
    const { name, vendorVersion } = await identity.getPluginInfo({});
    return `${name} ${vendorVersion}`;
  },
  async create({ controller }, name, gib, ...parameters) {
    const { volume } = await controller.createVolume({
      name,
      capacityRange: { requiredBytes: BigInt(gib) * GIB, limitBytes: 0n },
      volumeCapabilities: [volumeCapability],
      parameters: Object.fromEntries(parameters.map((each) => each.split(/=(.*)/s, 2))),
      mutableParameters: {},
      secrets: {},
    });
    const { volumeId, capacityBytes, volumeContext } = volume;
    return JSON.stringify({ volumeId, capacityGiB: Number(capacityBytes / GIB), volumeContext }, null, 2);
  },
  async publish({ node }, file, targetPath) {
    const { volumeId, volumeContext } = volumeIn(file);
    const request = { volumeId, volumeContext, targetPath, volumeCapability, readonly: false };
    await node.nodePublishVolume({ ...request, stagingTargetPath: '', publishContext: {}, secrets: {} });
    return `published at ${targetPath}`;
  },
  async stats({ node }, file, volumePath) {
    const { volumeId } = volumeIn(file);
    const { usage } = await node.nodeGetVolumeStats({ volumeId, volumePath, stagingTargetPath: '' });
    const [{ total, used }] = usage;
    return `${total / GIB} GiB in all, ${used} bytes used`;
  },
  async unpublish({ node }, file, targetPath) {
    await node.nodeUnpublishVolume({ volumeId: volumeIn(file).volumeId, targetPath });
    return `unpublished from ${targetPath}`;
  },
  async delete({ controller }, file) {
    const { volumeId } = volumeIn(file);
    await controller.deleteVolume({ volumeId, secrets: {} });
    return `deleted ${volumeId}`;
  },
  async list({ controller }) {
    const { entries } = await controller.listVolumes({ maxEntries: 0, startingToken: '' });
    return [`${entries.length} volumes`, ...entries.map(({ volume }) => volume.volumeId)].join('\n');
  },
};

const [command, ...args] = process.argv.slice(2);
const endpoint = process.env.CSI_ENDPOINT;
if (!endpoint || !Object.hasOwn(commands, command ?? '')) {
  process.stderr.write(
    endpoint ? USAGE : 'CSI_ENDPOINT is not set: export CSI_ENDPOINT=unix:///PATH/csi.sock\n',
  );
  process.exit(2);
}
const client = connectCsi(endpoint);
try {
  console.log(await commands[command](client, ...args));
} catch (error) {
  console.error(`${CODES[error.code] ?? error.code}: ${error.details ?? error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
