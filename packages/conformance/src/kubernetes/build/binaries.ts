import { sidecarImage, type SuiteVersions } from '../versions.js';
import { versionOfSources } from './own-sources.js';

/** Group of programs that one run of the Go toolchain builds. */
export interface BinaryGroup {
  readonly name: string;
  readonly version: string;
  /** Packages by the name of the program. */
  readonly packages: Readonly<Record<string, string>>;
  /** Flags of the linker, besides those that omit symbols. */
  readonly linkerFlags: readonly string[];
  /** Built by `go test -c`. */
  readonly isTest?: boolean;
  /** Duration with empty caches on two cores without other work, for the decision to begin. Minutes. */
  readonly coldMinutes: number;
  /** Part of the suite that needs the group, for the message that it was left out; undefined: everything. */
  readonly neededBy?: string;
}

/** Programs of this package under the names of images that cannot be built from modules. */
export const standIns = [
  'csi-node-driver-registrar',
  'livenessprobe',
  'csi-external-health-monitor-controller',
];

/** Programs of the suite, the most valuable first: a cold build stops at its time limit. */
export const binaryGroups = (versions: SuiteVersions): readonly BinaryGroup[] => [
  kubernetesGroup(versions.kubernetes),
  standInGroup(versions.kubernetes),
  ...sidecarGroups(versions),
  ...storageSuiteGroups(versions.kubernetes),
];

function kubernetesGroup(version: string): BinaryGroup {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl'];
  return {
    name: 'kubernetes',
    version,
    packages: Object.fromEntries(names.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
    linkerFlags: [
      `-X k8s.io/component-base/version.gitVersion=${version}`,
      `-X k8s.io/component-base/version.gitMajor=${major}`,
      `-X k8s.io/component-base/version.gitMinor=${minor}`,
      `-X k8s.io/client-go/pkg/version.gitVersion=${version}`,
    ],
    coldMinutes: 14,
  };
}

/** Programs of this package. */
function standInGroup(kubernetes: string): BinaryGroup {
  const names = [...standIns, 'simulated-client', 'predecessor'];
  return {
    name: 'stand-ins',
    version: `${kubernetes}-${versionOfSources('stand-ins')}`,
    packages: Object.fromEntries(names.map((name) => [name, `./stand-ins/${name}`])),
    linkerFlags: [],
    coldMinutes: 1,
  };
}

function sidecarGroups({ sidecars, provisioner, resizer }: SuiteVersions): readonly BinaryGroup[] {
  const group = (
    version: string,
    repository: string,
    programs: readonly string[],
    coldMinutes: number,
  ): BinaryGroup => ({
    name: programs[0] ?? '',
    version,
    packages: Object.fromEntries(
      programs.map((name) => [name, `github.com/kubernetes-csi/${repository}/cmd/${name}`]),
    ),
    linkerFlags: [`-X main.version=${version}`],
    coldMinutes,
  });
  return [
    group(provisioner, 'external-provisioner/v6', ['csi-provisioner'], 4),
    group(resizer, 'external-resizer/v2', ['csi-resizer'], 2),
    group(
      sidecars.snapshotter.version,
      'external-snapshotter/v8',
      ['csi-snapshotter', 'snapshot-controller'],
      2,
    ),
  ];
}

function storageSuiteGroups(version: string): readonly BinaryGroup[] {
  const group = (name: string, path: string, more: Partial<BinaryGroup>): BinaryGroup => ({
    name,
    version,
    packages: { [name]: path },
    linkerFlags: [],
    coldMinutes: 1,
    neededBy: 'the upstream storage suite',
    ...more,
  });
  return [
    group('agnhost', 'k8s.io/kubernetes/test/images/agnhost', { coldMinutes: 2 }),
    group('ginkgo', 'github.com/onsi/ginkgo/v2/ginkgo', {}),
    group('storage-suite', './storage-suite', {
      version: `${version}-${versionOfSources('storage-suite')}`,
      // ginkgo knows a compiled suite by this ending.
      packages: { 'storage-suite.test': './storage-suite' },
      isTest: true,
      coldMinutes: 8,
    }),
  ];
}

/** Images with one program: its name, and the names of the image. */
export const programImages = (versions: SuiteVersions): readonly (readonly [string, readonly string[]])[] => [
  ['csi-provisioner', [sidecarImage(versions, 'provisioner')]],
  ['csi-resizer', [sidecarImage(versions, 'resizer')]],
  ['csi-snapshotter', [sidecarImage(versions, 'snapshotter')]],
  [
    'snapshot-controller',
    [`registry.k8s.io/sig-storage/snapshot-controller:${versions.sidecars.snapshotter.version}`],
  ],
  ['csi-node-driver-registrar', [sidecarImage(versions, 'nodeDriverRegistrar')]],
  ['livenessprobe', [sidecarImage(versions, 'livenessProbe')]],
  ['csi-external-health-monitor-controller', [sidecarImage(versions, 'healthMonitor')]],
];
