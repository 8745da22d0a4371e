/** Parts of a volume handle, `PROJECT/ZONE/INSTANCE`, the format of lustre-csi-driver of Google. */
export interface VolumeHandle {
  readonly project: string;
  /** `us-central1-a` */
  readonly zone: string;
  readonly instance: string;
}

/** Project ids may have a domain: `example.com:project`. */
const HANDLE = /^([a-z0-9][a-z0-9.:-]*)\/([a-z]+-[a-z]+[0-9]+-[a-z])\/([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

export const formatVolumeHandle = ({ project, zone, instance }: VolumeHandle): string =>
  `${project}/${zone}/${instance}`;

/** Reads a handle; undefined where it is none. */
export function parseVolumeHandle(text: string): VolumeHandle | undefined {
  const [, project, zone, instance] = HANDLE.exec(text) ?? [];
  if (project === undefined || zone === undefined || instance === undefined) return undefined;
  return { project, zone, instance };
}

/** Region of a zone: `us-central1` of `us-central1-a`. */
export const regionOf = (zone: string): string => zone.replace(/-[a-z]$/, '');
