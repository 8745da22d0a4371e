import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { root } from '../deploy/chart.js';

/** Sidecars as `deploy/versions.yaml` names them. */
export type SidecarName =
  'provisioner' | 'resizer' | 'snapshotter' | 'healthMonitor' | 'livenessProbe' | 'nodeDriverRegistrar';

interface SidecarVersion {
  readonly image: string;
  readonly version: string;
}

/** Versions that the suite builds, of `deploy/versions.yaml`. */
export interface SuiteVersions {
  readonly sidecars: Readonly<Record<SidecarName, SidecarVersion>>;
  readonly kubernetes: string;
  readonly kubernetesLibraries: string;
  readonly snapshotClient: string;
  /** Built in place of the chart's versions, which cannot be built with these libraries. */
  readonly provisioner: string;
  readonly resizer: string;
  readonly images: {
    readonly pause: string;
    readonly busybox: string;
    readonly agnhost: readonly string[];
    readonly busyboxOfSuite: readonly string[];
  };
}

type VersionsFile = Pick<SuiteVersions, 'sidecars'> & {
  readonly kubernetesSuite: Omit<SuiteVersions, 'sidecars'>;
};

/** Reads the pinned versions. */
export function readVersions(): SuiteVersions {
  const { sidecars, kubernetesSuite } = parse(
    readFileSync(`${root}deploy/versions.yaml`, 'utf8'),
  ) as VersionsFile;
  return { sidecars, ...kubernetesSuite };
}

/** Image of a sidecar with the chart's tag. */
export const sidecarImage = ({ sidecars }: SuiteVersions, name: SidecarName): string =>
  `${sidecars[name].image}:${sidecars[name].version}`;
