import { randomUUID } from 'node:crypto';
import type { SuiteOptions } from './options.js';
import { describeFailure, runTool } from './run-tool.js';

/** A server that was cut off is connected again after this time, also where this machine can no longer do it. Seconds. */
const DEAD_MAN_SECONDS = 600;
const CHAIN = 'LUSTRE_CSI_TEST';
/** One file on a server for each time that it is cut off; it is gone once the server is connected again. */
const MARK = '/run/lustre-csi-test.frozen-';

/** Commands, run on each server as root, that drop all Lustre traffic (TCP 988) between it and these addresses. */
export function serverFreezeCommand(addresses: readonly string[], token: string): string {
  const thaw = `if [ -e ${MARK}${token} ]; then ${serverThawCommand(addresses)}; fi`;
  return [
    `: >${MARK}${token}`,
    `(nohup sh -c 'sleep ${DEAD_MAN_SECONDS}; ${thaw}' >/dev/null 2>&1 &)`,
    `iptables -w -N ${CHAIN}`,
    `iptables -w -A ${CHAIN} -p tcp --dport 988 -j DROP`,
    `iptables -w -A ${CHAIN} -p tcp --sport 988 -j DROP`,
    ...addresses.map((address) => `iptables -w -I INPUT -s ${address} -j ${CHAIN}`),
    ...addresses.map((address) => `iptables -w -I OUTPUT -d ${address} -j ${CHAIN}`),
  ].join(' && ');
}

/** Takes back what {@link serverFreezeCommand} did; succeeds where nothing is left to take back. */
export const serverThawCommand = (addresses: readonly string[]): string =>
  [
    `rm -f ${MARK}*`,
    ...addresses.map((address) => `iptables -w -D INPUT -s ${address} -j ${CHAIN} 2>/dev/null`),
    ...addresses.map((address) => `iptables -w -D OUTPUT -d ${address} -j ${CHAIN} 2>/dev/null`),
    `iptables -w -F ${CHAIN} 2>/dev/null`,
    `iptables -w -X ${CHAIN} 2>/dev/null`,
    'true',
  ].join('; ');

/** Evicts one client from all MDTs of a file system. Run on each server; one without an MDT fails, which is no error. */
export const evictCommand = (fsname: string, clientUuid: string): string =>
  `for mdt in $(lctl list_param 'mdt.${fsname}-MDT*'); do lctl set_param $mdt.evict_client=${clientUuid}; done`;

/** IPv4 addresses on LNet's tcp networks, from the output of `lctl list_nids`. */
export const tcpAddressesIn = (nids: string): readonly string[] =>
  [...nids.matchAll(/^(\d+\.\d+\.\d+\.\d+)@tcp\d*$/gm)].map(([, address = '']) => address);

/** Ways to disturb the servers, as far as the command line gives them. */
export class Outages {
  private constructor(
    private readonly options: Pick<SuiteOptions, 'freeze' | 'thaw' | 'ssh'>,
    private readonly clientAddresses: readonly string[],
  ) {}

  static async prepare(options: Pick<SuiteOptions, 'freeze' | 'thaw' | 'ssh'>): Promise<Outages> {
    const { stdout } = await runTool('lctl', ['list_nids'], { timeoutMs: 5_000 });
    return new Outages(options, tcpAddressesIn(stdout));
  }

  /** Reason why servers cannot be frozen; undefined: they can. */
  get cannotFreeze(): string | undefined {
    if (this.options.freeze !== undefined) return undefined;
    if (this.options.ssh.length === 0)
      return 'no way to freeze the servers: give --ssh, or --freeze and --thaw';
    if (this.clientAddresses.length > 0) return undefined;
    return 'lctl list_nids shows no address on a tcp network: give --freeze and --thaw';
  }

  /** @throws Error if a server was not cut off; then all are connected again */
  async freeze(): Promise<void> {
    const { freeze } = this.options;
    if (freeze !== undefined) return this.#local(freeze);
    try {
      await this.onServers(serverFreezeCommand(this.clientAddresses, randomUUID()));
    } catch (error) {
      await this.thaw();
      throw error;
    }
  }

  async thaw(): Promise<void> {
    const { thaw } = this.options;
    if (thaw !== undefined) return this.#local(thaw);
    await this.onServers(serverThawCommand(this.clientAddresses));
  }

  /** Runs a shell command on each server. @returns their outputs
   *  @throws Error that names the server */
  async onServers(command: string): Promise<readonly string[]> {
    const run = async (host: string): Promise<string> => {
      const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'];
      const result = await runTool('ssh', [...options, host, '--', command], { timeoutMs: 40_000 });
      if (result.status === 0) return result.stdout;
      throw new Error(`ssh ${host}: ${command}: ${describeFailure(result)}`);
    };
    return Promise.all(this.options.ssh.map(run));
  }

  async #local(command: string): Promise<void> {
    const result = await runTool('sh', ['-c', command], { timeoutMs: 60_000 });
    if (result.status !== 0) throw new Error(`${command}: ${describeFailure(result)}`);
  }
}
