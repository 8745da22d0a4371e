import { Faults } from '@lustre-csi/core';
import { FREEFORM_TAGS, type MutableParameters } from '../parameters/mutable-parameters.js';
import { rootSquashFor, sameRootSquash } from '../parameters/root-squash.js';
import { withTags } from '../parameters/tags.js';
import { tagsOf, type OciFileSystem } from './to-file-system.js';

/** Computes the body of UpdateLustreFileSystem (20250228) from the shown to the requested settings; undefined where there is
 *  no difference. Parameters that the class does not name stay as they are.
 *  @throws DriverError invalid-argument where this file system does not allow the change */
export function settingsChange(shown: OciFileSystem, requested: MutableParameters): object | undefined {
  const faults = new Faults();
  const parts = [networkChange, keyChange, squashChange, windowChange, tagChange].map((change) =>
    faults.attempt([], () => change(shown, requested)),
  );
  faults.throwIfAny();
  const change = Object.assign({}, ...parts) as object;
  return Object.keys(change).length > 0 ? change : undefined;
}

type Change = (shown: OciFileSystem, requested: MutableParameters) => object;

const networkChange: Change = ({ nsgIds: current = [] }, { nsgIds }) =>
  nsgIds === undefined || sameItems(current, nsgIds) ? {} : { nsgIds };

const keyChange: Change = ({ kmsKeyId: current }, { kmsKeyId }) =>
  kmsKeyId === undefined || kmsKeyId === current ? {} : { kmsKeyId };

const squashChange: Change = ({ rootSquashConfiguration: current }, requested) => {
  const wanted = rootSquashFor(requested, current);
  return wanted && !sameRootSquash(current, wanted) ? { rootSquashConfiguration: wanted } : {};
};

const windowChange: Change = ({ maintenanceWindow: current }, requested) => {
  const { maintenanceDayOfWeek: dayOfWeek, maintenanceTimeStart: timeStart } = requested;
  if (dayOfWeek === undefined || timeStart === undefined) return {};
  const isSame = current?.dayOfWeek === dayOfWeek && current.timeStart === timeStart;
  return isSame ? {} : { maintenanceWindow: { dayOfWeek, timeStart } };
};

/** OCI replaces all tags: those that exist are sent again. */
const tagChange: Change = (shown, { [FREEFORM_TAGS]: added }) => {
  const freeformTags = added && withTags(tagsOf(shown), added);
  return freeformTags ? { freeformTags } : {};
};

const sameItems = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
