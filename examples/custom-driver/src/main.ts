// A CSI driver of your own, from the same packages: one provider, one line.
import { runDriver } from '@lustre-csi/driver';
import { onPremises } from './on-premises.js';

process.exit(await runDriver([onPremises]));
