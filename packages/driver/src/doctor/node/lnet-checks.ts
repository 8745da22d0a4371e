import { listAt, textAt } from '../../kubernetes/object-fields.js';
import { failed, outcomeOf, passed, skipped, unknown, type Check, type Outcome } from '../check.js';
import { knownSources } from './known-sources.js';
import type { NodeContext } from './node-context.js';
import { messageOf } from '@lustre-csi/core';
import { readClientParts } from '@lustre-csi/core/server';

const LIST_MS = 3_000;
const NID = /^(?<address>\S+)@(?<network>(?!lo\b)[a-z]\w*)$/;

interface Nid {
  readonly address: string;
  readonly network: string;
}

/** NIDs of this node, except loopback; a reason where they cannot be read. */
async function ownNids(
  { runner, root }: NodeContext,
  signal: AbortSignal,
): Promise<readonly Nid[] | Outcome> {
  if (!(await readClientParts(root)).hasModule) return skipped('the Lustre module is not loaded');
  try {
    const { exitCode, stdout } = await runner.run('lctl', ['list_nids'], { signal, deadlineMs: LIST_MS });
    if (exitCode !== 0) return [];
    return stdout.split('\n').flatMap((line) => {
      const { address, network } = NID.exec(line.trim())?.groups ?? {};
      return address !== undefined && network !== undefined ? [{ address, network }] : [];
    });
  } catch (error) {
    return unknown(`the NIDs of LNet cannot be listed without lctl: ${messageOf(error)}`);
  }
}

const isList = (found: readonly Nid[] | Outcome): found is readonly Nid[] => Array.isArray(found);

async function hasNetwork(context: NodeContext, signal: AbortSignal): Promise<Outcome> {
  const nids = await ownNids(context, signal);
  if (!isList(nids)) return nids;
  if (nids.length > 0) return passed(nids.map(({ address, network }) => `${address}@${network}`).join(', '));
  return failed(
    'LNet is loaded and has no network: no server can be reached',
    'check "options lnet networks=" in /etc/modprobe.d of the node; "lnetctl net show" on the node lists networks',
  );
}

async function isOnNode(context: NodeContext, signal: AbortSignal): Promise<Outcome> {
  const nids = await ownNids(context, signal);
  if (!isList(nids)) return nids;
  const tcp = nids.filter(({ network }) => network.startsWith('tcp'));
  if (tcp.length === 0) return skipped('LNet has no TCP network');
  const ofNode = await addressesOfNode(context, signal);
  const isHostNetwork = ofNode.some((address) => context.addresses.includes(address));
  const foreign = tcp.filter(({ address }) => !ofNode.includes(address));
  if (foreign.length === 0)
    return passed(`its addresses are those of the node: ${tcp.map(({ address }) => address).join(', ')}`);
  const own = foreign.filter(({ address }) => context.addresses.includes(address));
  if (own.length > 0 && isHostNetwork) return passed('its addresses are interfaces of the node');
  if (own.length === 0 && !isHostNetwork)
    return unknown(
      'this pod is not in the network of the node, and the API shows only some addresses of the node',
    );
  return failed(
    `LNet uses ${foreign.map(({ address }) => address).join(', ')}, which is no address of the node: LNet was started in the ` +
      'network of a pod (modprobe or lnetctl in a container), and breaks when that pod ends',
    'unload the modules and load them on the node itself, or from a pod with hostNetwork: true',
  );
}

/** Addresses of the node in the API; those of this process where there is none. */
async function addressesOfNode(
  { kube, nodeId, addresses }: NodeContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!kube) return addresses;
  const node = await kube.get(`/api/v1/nodes/${encodeURIComponent(nodeId)}`, signal);
  return listAt(node, 'status', 'addresses').flatMap((entry) => textAt(entry, 'address') ?? []);
}

async function serversReachable(context: NodeContext): Promise<Outcome> {
  const sources = await knownSources(context);
  if (sources.length === 0) return skipped('this node has mounted no file system yet');
  const looks = await Promise.all(
    sources.map(async (source) => ({
      nids: source.mgsNodes.flat().join(', '),
      look: await context.probeServer(source),
    })),
  );
  const silent = looks.filter(({ look }) => look.verdict !== 'reachable');
  return outcomeOf(
    silent.map(({ nids, look }) => ({
      subject: nids,
      cause: look.words,
      nextStep:
        'allow TCP 988 and 1018-1023 in both directions between the node and the file system, and check that the file system is ' +
        'available',
    })),
    `${looks.map(({ nids }) => nids).join('; ')}. A connection from an ordinary port proves the route, not that the servers ` +
      'accept the ports of Lustre (988, 1018-1023)',
  );
}

/** Checks of the network of Lustre. */
export const lnetChecks: readonly Check<NodeContext>[] = [
  {
    id: 'LCSI-N005',
    title: 'LNet has a network',
    severity: 'error',
    about:
      'Lists the NIDs of the node (`lctl list_nids`). Without one other than loopback, no mount succeeds.',
    run: hasNetwork,
  },
  {
    id: 'LCSI-N006',
    title: 'LNet runs in the network of the node',
    severity: 'error',
    about:
      'Compares the addresses of LNet with those of the node. LNet belongs to the network namespace of the process that loaded ' +
      'it: the driver loads it in that of the node, `modprobe` or `lnetctl` in a container does not, unless the pod has ' +
      '`hostNetwork: true`.',
    run: isOnNode,
  },
  {
    id: 'LCSI-N007',
    title: 'The management servers answer',
    severity: 'error',
    about:
      'Connects to TCP 988 of each management server (MGS) of the file systems that the node knows, and pings those that do not ' +
      'accept it through LNet. The connection comes from an ordinary port: FSx for Lustre accepts clients only from 988 and ' +
      '1018-1023, so that source NAT on the way remains invisible here.',
    run: serversReachable,
  },
];
