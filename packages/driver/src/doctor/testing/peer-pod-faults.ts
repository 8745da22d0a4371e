import { listAt } from '../../kubernetes/object-fields.js';
import { DRIVER, firstOf, type HealthyWorld } from './healthy-world.js';
import type { PlantedFault } from './planted-fault.js';

type Json = Record<string, unknown>;

const CLASSES = '/apis/node.k8s.io/v1/runtimeclasses';
const KATA_CONFIGS = '/apis/kataconfiguration.openshift.io/v1/kataconfigs';
const SETTINGS = '/api/v1/namespaces/openshift-sandboxed-containers-operator/configmaps/peer-pods-cm';
const CSI_DRIVER = `/apis/storage.k8s.io/v1/csidrivers/${DRIVER}`;
const PLUGIN_PODS = '/api/v1/namespaces/storage/pods';

const changeFirst = (w: HealthyWorld, path: string, change: (object: Json) => void): void =>
  w.change(path, (list) => change(firstOf(list)));

const changeKata = (w: HealthyWorld, change: (config: Json) => void): void =>
  changeFirst(w, KATA_CONFIGS, change);

const setSetting = (w: HealthyWorld, key: string, value: string): void =>
  w.change(SETTINGS, (map) => {
    (map['data'] as Json)[key] = value;
  });

/** Faults of peer pods whose guests mount volumes. */
export const peerPodFaults: readonly PlantedFault[] = [
  [
    'a RuntimeClass without its annotation',
    (w) => changeFirst(w, CLASSES, (o) => (o['metadata'] = { name: 'kata-remote' })),
    'LCSI-K013',
    /pods of kata-remote get no volume.*annotate runtimeclass kata-remote/s,
  ],
  [
    'a RuntimeClass with a misspelt mode',
    (w) =>
      changeFirst(
        w,
        CLASSES,
        (o) => (o['metadata'] = { name: 'kata-remote', annotations: { [`${DRIVER}/volume-mode`]: 'Guest' } }),
      ),
    'LCSI-K013',
    /RuntimeClass kata-remote.*"Guest"/,
  ],
  [
    'no peer pods at all',
    (w) => w.change(CLASSES, (list) => (list['items'] = [])),
    'LCSI-K013',
    /none has the handler of peer pods/,
  ],
  [
    'a node plugin that does not look at runtimes',
    (w) =>
      w.change(PLUGIN_PODS, (list) => {
        const plugin = listAt(list, 'items')[1] as Json;
        const containers = (plugin['spec'] as Json)['containers'] as Json[];
        (plugin['spec'] as Json)['containers'] = containers.slice(1);
      }),
    'LCSI-K014',
    /pod training\/trainer.*kata-remote copies volumes.*changes are lost/s,
  ],
  [
    'a kubelet that does not name pods',
    (w) => w.change(CSI_DRIVER, (o) => ((o['spec'] as Json)['podInfoOnMount'] = false)),
    'LCSI-K014',
    /refuses all volumes.*podInfoOnMount/s,
  ],
  [
    'an operator that still installs',
    (w) => changeKata(w, (o) => (o['status'] = { conditions: [{ type: 'InProgress', status: 'True' }] })),
    'LCSI-K015',
    /still installs the runtime/,
  ],
  [
    'an operator without peer pods',
    (w) => changeKata(w, (o) => (o['spec'] = { enablePeerPods: false })),
    'LCSI-K015',
    /enablePeerPods is not true/,
  ],
  [
    'a node for peer pods without the node plugin',
    (w) => changeKata(w, (o) => (o['status'] = { kataNodes: { installed: ['node-1', 'node-2'] } })),
    'LCSI-K015',
    /node node-2.*never published/,
  ],
  [
    'machines without a subnet',
    (w) => setSetting(w, 'AZURE_SUBNET_ID', ''),
    'LCSI-K016',
    /peer-pods-cm AZURE_SUBNET_ID/,
  ],
  ['no settings of machines', (w) => w.objects.delete(SETTINGS), 'LCSI-K016', /no ConfigMap peer-pods-cm/],
  [
    'machines with Secure Boot',
    (w) => setSetting(w, 'ENABLE_SECURE_BOOT', 'true'),
    'LCSI-K017',
    /refuses modules without a trusted signature/,
  ],
  [
    'nodes without machines',
    (w) => changeFirst(w, '/api/v1/nodes', (o) => (o['status'] = { allocatable: {} })),
    'LCSI-K018',
    /no node offers kata\.peerpods\.io\/vm/,
  ],
  [
    'a guest without the module',
    (w) =>
      changeFirst(w, '/api/v1/pods', (o) => {
        const terminated = { exitCode: 1, message: 'the node has no Lustre client' };
        const status = { name: 'lustre', started: false, state: { waiting: {} }, lastState: { terminated } };
        o['status'] = { initContainerStatuses: [status] };
      }),
    'LCSI-K019',
    /pod training\/trainer.*container lustre.*no Lustre client/s,
  ],
  [
    'a peer pod in a namespace of the platform',
    (w) =>
      changeFirst(
        w,
        '/api/v1/pods',
        (o) => (o['metadata'] = { name: 'trainer', namespace: 'openshift-storage' }),
      ),
    'LCSI-K020',
    /openshift-storage\/trainer.*leaves its namespace out/,
  ],
  [
    'a service account without the right to privileged pods',
    (w) =>
      w.change('/api/v1/events?fieldSelector=reason%3DFailedCreate', (list) => {
        const message =
          'unable to validate against any security context constraint: initContainers[0].privileged: Invalid value: true';
        const involvedObject = { kind: 'ReplicaSet', namespace: 'training', name: 'trainer-1' };
        list['items'] = [{ involvedObject, message }];
      }),
    'LCSI-K021',
    /ReplicaSet training\/trainer-1.*not admitted.*scc:privileged/s,
  ],
];
