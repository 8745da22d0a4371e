import { isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError, type Settings } from '@lustre-csi/core';
import { ClientTuner, RuntimeGuard, parseTuningAllow, type NodeEngineParts } from '@lustre-csi/core/server';
import { mountHelper } from '../config/mount-helper.js';
import { inClusterEndpoint } from '../kubernetes/in-cluster-endpoint.js';

type FromSettings = Pick<
  NodeEngineParts,
  | 'mountSharing'
  | 'mountHelper'
  | 'mountsDir'
  | 'targetDirs'
  | 'mustPropagate'
  | 'unmountEscalation'
  | 'clientTuner'
  | 'beforePublish'
  | 'driverName'
  | 'guests'
>;

/** Settings of the node engine, from the flags. The Kubernetes client, and the code for guests, are loaded only where a flag needs
 *  them.
 *  @throws ConfigurationError naming the flag */
export async function nodeEngineSettings(settings: Settings, driverName: string): Promise<FromSettings> {
  const mountsDir = settings.flag('mounts-dir');
  const allow = settings.flag('client-tuning-allow');
  const forceAfterMs = milliseconds(settings, 'unmount-force-after');
  const lazyAfterMs = milliseconds(settings, 'unmount-lazy-after');
  return {
    driverName,
    mountSharing: mountSharing(settings),
    mountHelper: mountHelper(settings),
    targetDirs: targetDirs(settings.flag('target-dirs') ?? ''),
    // A driver unmounts unused clients in its directory: no other driver's may be there.
    ...(mountsDir === undefined ? {} : { mountsDir: join(mountsDir, driverName) }),
    // Kubelet sets it in each container. There, a mount that does not propagate reaches neither kubelet nor a pod.
    mustPropagate: settings.environment('KUBERNETES_SERVICE_HOST') !== undefined,
    unmountEscalation: {
      ...(forceAfterMs === undefined ? {} : { forceAfterMs }),
      ...(lazyAfterMs === undefined ? {} : { lazyAfterMs }),
    },
    ...(allow === undefined ? {} : { clientTuner: new ClientTuner({ allow: parseTuningAllow(allow) }) }),
    ...(await runtimeParts(settings, driverName)),
  };
}

/** Parts that look at the runtime of a pod. */
async function runtimeParts(
  settings: Settings,
  driverName: string,
): Promise<Pick<FromSettings, 'beforePublish' | 'guests'>> {
  const hasGuests = settings.flag('guest-volumes') === 'true';
  if (settings.flag('kata-aware') !== 'true') {
    if (!hasGuests) return {};
    throw new ConfigurationError(
      '--guest-volumes needs --kata-aware, which finds the runtime of each pod: set both',
    );
  }
  const guard = await runtimeGuard(settings, driverName, hasGuests);
  if (!hasGuests) return { beforePublish: [guard.check] };
  const { DirectVolumes, GuestVolumes } = await import('@lustre-csi/core/guest');
  const directVolumes = new DirectVolumes(settings.flag('direct-volumes-dir'));
  const guests: FromSettings['guests'] = (node, stateDir) =>
    new GuestVolumes(node, { stateDir, driverName, directVolumes, guard });
  return { beforePublish: [guard.check], guests };
}

function mountSharing(settings: Settings): 'node' | 'pod' {
  const value = settings.flag('mount-sharing') ?? 'node';
  if (value === 'node' || value === 'pod') return value;
  throw new ConfigurationError(`--mount-sharing is "${value}": write node or pod`);
}

function targetDirs(text: string): readonly string[] {
  const directories = text
    .split(',')
    .map((directory) => directory.trim())
    .filter((directory) => directory !== '')
    .map((directory) => (isAbsolute(directory) ? resolve(directory) : directory));
  const wrong = directories.find((directory) => !isAbsolute(directory) || directory === '/');
  if (wrong === undefined) return directories;
  throw new ConfigurationError(
    `--target-dirs: "${wrong}" cannot hold targets: write absolute paths below /, separated by commas`,
  );
}

function milliseconds(settings: Settings, name: string): number | undefined {
  const value = settings.flag(name);
  if (value === undefined) return undefined;
  if (/^[0-9]+$/.test(value)) return Number(value) * 1000;
  throw new ConfigurationError(`--${name} is "${value}": write a number of seconds`);
}

async function runtimeGuard(
  settings: Settings,
  driverName: string,
  hasGuests: boolean,
): Promise<RuntimeGuard> {
  const endpoint = inClusterEndpoint(settings, '--kata-aware');
  const { KubeClient } = await import('../kubernetes/kube-client.js');
  const { KubernetesPodRuntimes } = await import('../kubernetes/pod-runtimes.js');
  const client = new KubeClient(endpoint);
  const annotation = RuntimeGuard.annotationOf(driverName);
  if (!hasGuests) return new RuntimeGuard(new KubernetesPodRuntimes(client, annotation), driverName);
  const { guestRefusal } = await import('../kubernetes/guest-pod.js');
  const runtimes = new KubernetesPodRuntimes(client, annotation, (pod) => guestRefusal(pod, driverName));
  return new RuntimeGuard(runtimes, driverName, true);
}
