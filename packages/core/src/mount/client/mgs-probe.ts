import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { systemClock, type Clock } from '../../concurrency/clock.js';
import { isDriverError, messageOf } from '../../errors/driver-error.js';
import type { LustreMountSource } from '../../model/mount-source.js';
import type { CommandRunner } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';

/** Default port of Lustre servers; the LNet module may be configured otherwise. */
const LUSTRE_PORT = 988;
const ACCEPT_PORT = '/sys/module/lnet/parameters/accept_port';
const CONNECT_MS = 2_000;
const PING_MS = 2_500;
/** Most NIDs that a message names. */
const MAX_NIDS = 6;

/** Result of a TCP connection to a server's port. */
export type Reachability = 'open' | 'refused' | 'timed-out' | 'no-route' | 'unknown-host';

/** Findings about one NID of the management server. */
export interface NidFinding {
  readonly nid: string;
  /** Result of the connection; absent: the network is not TCP (o2ib, efa). */
  readonly tcp?: Reachability;
  /** Result of `lctl ping`; absent: lctl is not installed. */
  readonly ping?: 'answers' | 'silent';
}

export interface MgsProbeOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock?: Clock;
  /** Default: the port of the LNet module, else 988. */
  readonly port?: number;
  readonly connectMs?: number;
}

/**
 * Diagnoses a management server (MGS) from which no mount succeeds: TCP and LNet reachability, at once and for all its NIDs,
 * in less than 3 seconds. Touches no mount.
 */
export class MgsProbe {
  readonly #clock: Clock;

  constructor(private readonly options: MgsProbeOptions) {
    this.#clock = options.clock ?? systemClock;
  }

  /** Findings in a sentence for the operator. Never throws. */
  async explain(source: LustreMountSource): Promise<string> {
    const nids = source.mgsNodes.flat().slice(0, MAX_NIDS);
    const port = this.options.port ?? (await acceptPort());
    return describeFindings(await Promise.all(nids.map((nid) => this.#probe(nid, port))), port);
  }

  async #probe(nid: string, port: number): Promise<NidFinding> {
    const [host = '', network = ''] = nid.split('@');
    const [tcp, ping] = await Promise.all([
      /^tcp\d*$/.test(network)
        ? reach(host, port, this.options.connectMs ?? CONNECT_MS, this.#clock)
        : undefined,
      this.#ping(nid),
    ]);
    return { nid, ...(tcp ? { tcp } : {}), ...(ping ? { ping } : {}) };
  }

  async #ping(nid: string): Promise<NidFinding['ping']> {
    try {
      const { exitCode } = await this.options.runner.run('lctl', ['ping', nid], {
        signal: new AbortController().signal,
        deadlineMs: PING_MS,
        graceMs: 0,
      });
      return exitCode === 0 ? 'answers' : 'silent';
    } catch (error) {
      return error instanceof StuckChildError ? 'silent' : undefined;
    }
  }
}

/** Connects to a port and disconnects at once. */
export function reach(host: string, port: number, deadlineMs: number, clock: Clock): Promise<Reachability> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (finding: Reachability): void => {
      cancelTimer();
      socket.destroy();
      resolve(finding);
    };
    const cancelTimer = clock.after(deadlineMs, () => end('timed-out'));
    socket.once('connect', () => end('open'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(reachabilityOf(error.code ?? '')));
  });
}

function reachabilityOf(code: string): Reachability {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown-host';
  return code === 'ETIMEDOUT' ? 'timed-out' : 'no-route';
}

async function acceptPort(): Promise<number> {
  try {
    return Number.parseInt(await readFile(ACCEPT_PORT, 'utf8'), 10) || LUSTRE_PORT;
  } catch {
    return LUSTRE_PORT; // The module is not loaded.
  }
}

const meanings: Readonly<Record<Reachability, (port: number) => string>> = {
  refused: (port) =>
    `refuses connections on TCP ${port} (the host is up, but no Lustre server listens: it is starting, failing over, ` +
    `or this is not the address of the file system)`,
  'timed-out': (port) =>
    `does not answer on TCP ${port} (a security group or firewall drops the packets, or the host is down)`,
  'no-route': (port) =>
    `cannot be reached on TCP ${port} (the node has no route to it: check the VPC or VNet peering and route tables)`,
  'unknown-host': () => `is a host name that the node's DNS does not resolve`,
  open: (port) =>
    `accepts connections on TCP ${port}, so that the network lets this node through, but the mount fails`,
};

/** Findings in a sentence, with a conclusion. */
export function describeFindings(findings: readonly NidFinding[], port: number): string {
  const each = findings.map(
    (finding) =>
      `${finding.nid} ${[tcpWords(finding, port), pingWords(finding)].filter(Boolean).join(' and ')}`,
  );
  return `probed from this node: ${each.join('; ')}${conclusion(findings)}`;
}

function tcpWords({ tcp, ping }: NidFinding, port: number): string {
  if (tcp) return meanings[tcp](port);
  return ping ? '' : 'is not on a TCP network, and could not be probed without lctl';
}

function pingWords({ ping }: NidFinding): string {
  if (!ping) return '';
  return ping === 'answers' ? 'answers lctl ping' : 'does not answer lctl ping';
}

function conclusion(findings: readonly NidFinding[]): string {
  if (findings.some(({ ping }) => ping === 'answers')) {
    return '. LNet works: check the file system itself and the node\'s kernel log ("LustreError")';
  }
  if (findings.some(({ tcp }) => tcp === 'open')) {
    return (
      '. The server closes connections whose source port is above 1023: check that nothing translates the source port ' +
      "(SNAT; the node plugin needs hostNetwork), that the node's LNet has an interface on this network (lnetctl net " +
      'show), and that security rules allow TCP 988 and 1018-1023 from the file system to the node'
    );
  }
  return '';
}

/** Finding of a probe that failed itself; the error of the mount matters more. */
export const noFinding = (error: unknown): string =>
  `the probe of the server failed: ${isDriverError(error) ? error.message : messageOf(error)}`;
