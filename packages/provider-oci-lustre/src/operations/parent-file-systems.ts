import { DriverError, type ParentFileSystems, parameter } from '@lustre-csi/core';
import { toVolumeContext } from '../node/volume-context.js';

const OCID = /^ocid1\.lustrefilesystem\.([a-z0-9-]+)\.([a-z0-9-]+)\.([a-zA-Z0-9]+)$/;

/** Parameter with the file system that hosts directory volumes. */
const fileSystemId = parameter.string({
  description: 'The file system that hosts the volumes as directories, with `provisioningMode: directory`.',
  example: 'ocid1.lustrefilesystem.oc1.phx.exampleuniqueid',
  pattern: OCID,
  legal: 'the OCID of a file system',
});

/** OCI file systems that host directory volumes.
 *  @param listingScope compartment in which the driver looks first */
export const lustreParentFileSystems = (
  listingScope: string,
  noteBase: Required<ParentFileSystems>['noteBase'],
): ParentFileSystems => ({
  parameters: { fileSystemId },
  parentOf: (given) => {
    const id = given['fileSystemId'];
    if (typeof id === 'string') return shortName(id);
    throw new DriverError(
      'invalid-argument',
      'parameter "fileSystemId" is missing: with provisioningMode "directory" it names the OCI file system',
    );
  },
  referenceTo: (host) => {
    const id = idOf(host);
    return id === undefined ? undefined : { id, listingScope };
  },
  noteBase,
  contextFor: toVolumeContext,
});

/** Letters of the last part of an OCID: base32 in lower case. */
const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const UNIQUE = /^[a-z2-7]{60}$/;
const PACKED = /^([a-z0-9-]+)\.([a-z0-9-]+)\.([A-Za-z0-9_-]{50})$/;

/** Short form of an OCID for the handles of directories, whose length CSI limits: realm, region and the last part in
 *  base64. An OCID of another form stays whole. */
export function shortName(id: string): string {
  const [, realm, region, unique = ''] = OCID.exec(id) ?? [];
  if (!UNIQUE.test(unique)) return id;
  const bits = [...unique].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return `${realm}.${region}.${repacked(bits, 6, (value) => base64Letters[value])}`;
}

/** OCID of a short form; undefined: it is none. */
export function idOf(host: string): string | undefined {
  if (OCID.test(host)) return host;
  const [, realm, region, packed] = PACKED.exec(host) ?? [];
  if (packed === undefined) return undefined;
  const bits = [...packed]
    .map((letter) => base64Letters.indexOf(letter).toString(2).padStart(6, '0'))
    .join('');
  return `ocid1.lustrefilesystem.${realm}.${region}.${repacked(bits, 5, (value) => letters[value])}`;
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const repacked = (bits: string, width: number, letterOf: (value: number) => string | undefined): string =>
  [...bits.matchAll(new RegExp(`[01]{${width}}`, 'g'))].map(([part]) => letterOf(parseInt(part, 2))).join('');
