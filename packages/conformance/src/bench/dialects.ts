import { prepareGeneric, type CreatedVolume } from '../testing/directory-bench.js';
import { testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';
import type { Subject } from './subject.js';

/** Words in which the drivers of a cloud, this one and those of others, take their requests. */
interface Dialect {
  /** StorageClass parameters that another driver needs, and this one accepts. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Name of a file system that an administrator has made. */
  readonly fsname: string;
  readonly volume: (id: string, address: string) => Pick<CreatedVolume, 'volumeId' | 'volumeContext'>;
  /** Context key by which this driver's volumes name a directory of a file system. */
  readonly directoryKey: string;
}

const dialects: ReadonlyMap<string, Dialect> = new Map<string, Dialect>([
  [
    'fsx.csi.aws.com',
    {
      // The subnet has room for thousands of file systems. aws-fsx-csi-driver sends an empty security group where none is named.
      parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa4', securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1' },
      fsname: 'scratch',
      volume: (id, address) => ({
        volumeId: id,
        volumeContext: { dnsname: address, mountname: 'scratch' },
      }),
      directoryKey: 'subDir',
    },
  ],
  [
    'azurelustre.csi.azure.com',
    {
      // azurelustre-csi-driver finds its network in the cloud configuration of AKS only.
      parameters: {
        location: 'eastus',
        'resource-group-name': 'lustre-rg',
        'vnet-resource-group': 'lustre-rg',
        'vnet-name': 'lustre-vnet',
        'subnet-name': 'lustre-subnet',
      },
      // The only name that azurelustre-csi-driver mounts.
      fsname: 'lustrefs',
      volume: (id, address) => ({
        volumeId: `${id}#lustrefs#${address}`,
        volumeContext: { 'mgs-ip-address': address, 'fs-name': 'lustrefs' },
      }),
      directoryKey: 'sub-dir',
    },
  ],
]);

function dialectOf({ name, driverName }: Pick<Subject, 'name' | 'driverName'>): Dialect {
  const dialect = dialects.get(driverName);
  if (dialect) return dialect;
  throw new Error(`${name} is ${driverName}: the benchmark knows ${[...dialects.keys()].join(' and ')} only`);
}

/** Cloud of a driver, with requests that all drivers of the cloud accept. @throws Error for a driver of another cloud */
export function testedDriverOf(subject: Pick<Subject, 'name' | 'driverName'>): TestedDriver {
  const { parameters } = dialectOf(subject);
  const driver = testedDrivers.find(({ driverName }) => driverName === subject.driverName);
  if (!driver) throw new Error(`there is no emulated cloud for ${subject.driverName}`);
  return { ...driver, parameters: { ...driver.parameters, ...parameters } };
}

/** Volume on a file system of its own, which an administrator has made.
 *  @param mountSeconds duration of a client's mount */
export function staticVolume(subject: Pick<Subject, 'name' | 'driverName'>, mountSeconds = 0): CreatedVolume {
  const { fsname, volume } = dialectOf(subject);
  const [address = ''] = prepareGeneric({ fsname, mountSeconds }).source.split('@');
  return { ...volume(`bench-${address}`, address), capacityBytes: 0n };
}

/** The same volume, restricted to a directory. */
export const directoryOf = (
  subject: Pick<Subject, 'name' | 'driverName'>,
  volume: CreatedVolume,
  path: string,
): CreatedVolume => ({
  ...volume,
  volumeContext: { ...volume.volumeContext, [dialectOf(subject).directoryKey]: path },
});
