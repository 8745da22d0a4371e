import { accountChecks } from './controller/account-checks.js';
import { resourceChecks } from './controller/resource-checks.js';
import { driverChecks } from './cluster/driver-checks.js';
import { rightChecks } from './cluster/right-checks.js';
import { guestPodChecks } from './cluster/peer-pods/guest-pod-checks.js';
import { machineChecks } from './cluster/peer-pods/machine-checks.js';
import { runtimeChecks } from './cluster/peer-pods/runtime-checks.js';
import { volumeChecks } from './cluster/volume-checks.js';
import { clientChecks } from './node/client-checks.js';
import { lnetChecks } from './node/lnet-checks.js';
import { mountChecks } from './node/mount-checks.js';
import { nodeObjectChecks } from './node/node-object-checks.js';

/** All checks, by the place from which they look. */
export const allChecks = {
  node: [...clientChecks, ...lnetChecks, ...mountChecks, ...nodeObjectChecks],
  controller: [...accountChecks, ...resourceChecks],
  cluster: [
    ...driverChecks,
    ...rightChecks,
    ...volumeChecks,
    ...runtimeChecks,
    ...machineChecks,
    ...guestPodChecks,
  ],
} as const;
