import type { LustreBench } from '../bench.js';
import type { Check } from '../check.js';
import { directoryChecks } from './directories.js';
import { failureChecks } from './failures.js';
import { outageChecks } from './outages.js';
import { quotaChecks } from './quotas.js';
import { sharingChecks } from './sharing.js';
import { statisticsChecks } from './statistics.js';
import { staticVolumeChecks } from './static-volumes.js';

/** All checks, in the order in which they run. */
export const allChecks: readonly Check<LustreBench>[] = [
  ...staticVolumeChecks,
  ...sharingChecks,
  ...statisticsChecks,
  ...directoryChecks,
  ...quotaChecks,
  ...outageChecks,
  ...failureChecks,
];
