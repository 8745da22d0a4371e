import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { systemClock, type Clock } from '../../concurrency/clock.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { waitWithLimits } from '../../concurrency/wait-with-limits.js';
import { isDriverError, messageOf } from '../../errors/driver-error.js';
import type { LustreMountSource } from '../../model/mount-source.js';
import type { CommandRunner } from '../../process/command.js';
import { LnetPing, type PingResult } from './lnet-ping.js';

/** Default port of Lustre servers; the LNet module may be configured otherwise. */
const LUSTRE_PORT = 988;
const ACCEPT_PORT = '/sys/module/lnet/parameters/accept_port';
const CONNECT_MS = 2_000;
/** Time after which servers that did not accept a connection are pinged too. Milliseconds. */
const PING_AFTER_MS = 250;
/** Most NIDs that a message names for one finding: an event of Kubernetes holds 1024 characters. */
const MAX_NAMED = 3;

/** Result of a TCP connection to a server's port. */
export type Reachability = 'open' | 'refused' | 'timed-out' | 'no-route' | 'unknown-host';

/** Findings about one NID of the management server. */
export interface NidFinding {
  readonly nid: string;
  /** Result of the connection; absent: the network is not TCP (o2ib, efa). */
  readonly tcp?: Reachability;
  /** Result of `lctl ping`; absent: lctl is not installed, or could not send. */
  readonly ping?: Exclude<PingResult, 'unknown'>;
}

/**
 * Verdict about a management server before a new client is mounted:
 * - `reachable`: one of its NIDs answers, or none can be looked at.
 * - `unreachable`: no NID accepts a connection, and none answers a ping of LNet, or too many servers are being pinged. No
 *   mount can succeed, or it must wait.
 * - `doubtful`: no NID accepts a connection, and lctl gave no answer. A server may listen elsewhere, behind an LNet router.
 */
export type Verdict = 'reachable' | 'doubtful' | 'unreachable';

export interface ServerLook {
  readonly verdict: Verdict;
  /** Findings in a sentence; empty if it is reachable. */
  readonly words: string;
}

export interface MgsProbeOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock?: Clock;
  /** Default: the port of the LNet module, else 988. */
  readonly port?: number;
  readonly connectMs?: number;
  readonly pingAfterMs?: number;
}

/** Probe of management servers. */
export type ServerProbe = Pick<MgsProbe, 'explain' | 'look'>;

/**
 * Diagnoses a management server (MGS) from which no mount succeeds: TCP and LNet reachability, at once and for all its NIDs,
 * in less than 3 seconds. Touches no mount.
 */
export class MgsProbe {
  readonly #clock: Clock;
  readonly #lnet: LnetPing;
  /** Looks that run, by NIDs. */
  readonly #looks = new Map<string, Promise<ServerLook>>();

  constructor(private readonly options: MgsProbeOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#lnet = new LnetPing(options);
  }

  /** Looks at all NIDs at once: TCP first, and LNet where that is not enough. Takes 3 seconds at most. Never throws. */
  look(source: LustreMountSource): Promise<ServerLook> {
    const nids = nidsOf(source);
    const key = nids.join();
    const look = this.#looks.get(key) ?? this.#look(nids).finally(() => this.#looks.delete(key));
    this.#looks.set(key, look);
    return look;
  }

  async #look(nids: readonly string[]): Promise<ServerLook> {
    const port = this.options.port ?? (await acceptPort());
    const connections = nids.map((nid) => this.#connect(nid, port));
    const opens = connections.map(async (tcp) => (await tcp) === 'open');
    if (await this.#within(this.options.pingAfterMs ?? PING_AFTER_MS, anyOf(opens))) return reachable;
    const pings = nids.map((nid) => this.#lnet.ping(nid));
    const answers = pings.map(async (ping) => (await ping) === 'answers');
    if (await anyOf([...opens, ...answers])) return reachable;
    const findings = await Promise.all(
      nids.map(async (nid, index) => findingOf(nid, await connections[index], await pings[index])),
    );
    const verdict = verdictOf(findings);
    return { verdict, words: verdict === 'reachable' ? '' : describeFindings(findings, port) };
  }

  async #within(milliseconds: number, condition: Promise<boolean>): Promise<boolean> {
    const end = await waitWithLimits(condition, deadlineIn(milliseconds, this.#clock), this.#clock);
    return end === 'done' && condition;
  }

  /** Findings in a sentence for the operator. Never throws. */
  async explain(source: LustreMountSource): Promise<string> {
    const port = this.options.port ?? (await acceptPort());
    const findings = nidsOf(source).map(async (nid) =>
      findingOf(nid, ...(await Promise.all([this.#connect(nid, port), this.#lnet.ping(nid)]))),
    );
    return describeFindings(await Promise.all(findings), port);
  }

  /** Connects to a NID of a TCP network; undefined for all others. */
  async #connect(nid: string, port: number): Promise<Reachability | undefined> {
    const [host = '', network = ''] = nid.split('@');
    if (!/^tcp\d*$/.test(network)) return undefined;
    return reach(host, port, this.options.connectMs ?? CONNECT_MS, this.#clock);
  }
}

const reachable: ServerLook = { verdict: 'reachable', words: '' };

const nidsOf = (source: LustreMountSource): readonly string[] => [...new Set(source.mgsNodes.flat())];

const findingOf = (nid: string, tcp?: Reachability, ping?: PingResult): NidFinding => ({
  nid,
  ...(tcp ? { tcp } : {}),
  ...(ping === undefined || ping === 'unknown' ? {} : { ping }),
});

const isSilent = ({ tcp, ping }: NidFinding): boolean =>
  ping === 'silent' || (ping === 'busy' && tcp !== undefined);

/** Judges findings of which none is positive. */
function verdictOf(findings: readonly NidFinding[]): Verdict {
  if (findings.length > 0 && findings.every(isSilent)) return 'unreachable';
  return findings.every(({ tcp, ping }) => tcp !== undefined || ping === 'silent') ? 'doubtful' : 'reachable';
}

/** Resolves to true with the first that is true, and to false after the last. */
async function anyOf(conditions: readonly Promise<boolean>[]): Promise<boolean> {
  const positives = conditions.map(async (condition) => (await condition) || Promise.reject(new Error('no')));
  return Promise.any(positives).catch(() => false);
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
  const nidsByWords = new Map<string, string[]>();
  for (const finding of findings) {
    const words = [tcpWords(finding, port), pingWords(finding)].filter(Boolean).join(' and ');
    nidsByWords.set(words, [...(nidsByWords.get(words) ?? []), finding.nid]);
  }
  const each = [...nidsByWords].map(([words, nids]) => `${nameNids(nids)} ${words}`);
  return `probed from this node: ${each.join('; ')}${conclusion(findings)}`;
}

function nameNids(nids: readonly string[]): string {
  if (nids.length === 1) return nids.join();
  const more = nids.length - MAX_NAMED;
  return `each of ${nids.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function tcpWords({ tcp, ping }: NidFinding, port: number): string {
  if (tcp) return meanings[tcp](port);
  return ping ? '' : 'is not on a TCP network, and could not be probed without lctl';
}

function pingWords({ ping }: NidFinding): string {
  if (ping === 'busy') return 'cannot be pinged now, since lctl waits for many other servers';
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
