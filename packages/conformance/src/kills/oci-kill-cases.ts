import { allDrivers, type TestedDriver } from '../testing/emulated-cloud.js';
import { create, expandTo, failing, modify, remove, volume, type KillCase } from './kill-steps.js';

const GB = 10n ** 9n;

const oci = allDrivers.find(({ cloud }) => cloud === 'oci') as TestedDriver;

const active = { lifecycleState: 'ACTIVE' };

/** The cases of OCI, the long one first. */
export const ociKillCases: readonly KillCase[] = [
  {
    tested: oci,
    what: 'CreateVolume whose first file system fails',
    call: create(oci),
    fault: { ...failing, operation: 'CreateLustreFileSystem' },
    effects: { CreateLustreFileSystem: 2, DeleteLustreFileSystem: 1 },
    leaves: { fileSystems: [active] },
  },
  {
    tested: oci,
    what: 'CreateVolume',
    call: create(oci),
    effects: { CreateLustreFileSystem: 1 },
    leaves: { fileSystems: [active] },
  },
  {
    tested: oci,
    what: 'ControllerExpandVolume',
    prepare: volume(oci),
    call: expandTo(41_600n * GB),
    effects: { UpdateLustreFileSystem: 1 },
    leaves: { fileSystems: [{ ...active, capacityInGBs: 41_600 }] },
  },
  {
    tested: oci,
    what: 'ControllerModifyVolume',
    prepare: volume(oci),
    call: modify({ 'oci.oraclecloud.com/initial-freeform-tags-override': '{"team":"research"}' }),
    effects: { UpdateLustreFileSystem: 1 },
    leaves: { fileSystems: [{ ...active, freeformTags: { team: 'research' } }] },
  },
  {
    tested: oci,
    what: 'DeleteVolume',
    prepare: volume(oci),
    call: remove,
    effects: { DeleteLustreFileSystem: 1 },
    leaves: {},
  },
];
