import { BlockList, isIP } from 'node:net';
import { DriverError } from '../errors/driver-error.js';
import type { LnetRequirement } from '../model/lnet-requirement.js';
import { canonicalNid, type LustreMountSource } from '../model/mount-source.js';
import type { CommandRunner } from '../process/command.js';

const TOOL_MS = 5_000;

/** Volume whose requirement is checked. */
export interface RequiringVolume {
  readonly source: LustreMountSource;
  readonly lnet?: LnetRequirement | undefined;
}

/** Check of the interfaces that LNet uses on this node. It changes none: two drivers that do so break each other's mounts. */
export class LnetInterfaces {
  constructor(private readonly runner: Pick<CommandRunner, 'run'>) {}

  /**
   * Refuses a volume where LNet has other addresses than required on a network of its servers. Passes where LNet has no such
   * network yet, as before the first mount, or where lctl cannot report them: the mount itself shows what is wrong.
   * @throws DriverError failed-precondition naming the addresses
   */
  readonly beforePublish = async ({ source, lnet }: RequiringVolume, signal: AbortSignal): Promise<void> => {
    if (!lnet) return;
    const networks = new Set(source.mgsNodes.flat().map(networkOf));
    const addresses = (await this.#nids(signal))
      .filter((nid) => networks.has(networkOf(nid)))
      .map((nid) => nid.split('@', 1)[0] ?? '');
    if (addresses.length === 0 || addresses.some((address) => isWithinSubnet(address, lnet.subnet))) return;
    throw new DriverError(
      'failed-precondition',
      `LNet of this node uses ${addresses.join(', ')} on ${[...networks].join(', ')}, and none is in ${lnet.key} ` +
        `${lnet.subnet}: add the interface of that subnet (lnetctl net add, or "options lnet networks=" in the modprobe ` +
        'configuration of the node), or correct the StorageClass',
    );
  };

  async #nids(signal: AbortSignal): Promise<readonly string[]> {
    const options = { signal, deadlineMs: TOOL_MS, graceMs: 0, title: 'lctl list_nids' };
    const result = await this.runner.run('lctl', ['list_nids'], options).catch(() => undefined);
    return result?.exitCode === 0 ? result.stdout.split(/\s+/).filter((nid) => nid.includes('@')) : [];
  }
}

/** Network of a NID; `tcp` and `tcp0` are the same. */
const networkOf = (nid: string): string => canonicalNid(nid).split('@')[1] ?? '';

function isWithinSubnet(address: string, subnet: string): boolean {
  const [network = '', prefix] = subnet.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(network, Number(prefix), family);
  return isIP(address) !== 0 && range.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
