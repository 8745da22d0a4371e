// A custom CSI driver from the same packages: its name, its version, one provider.
import { runDriver } from '@lustre-csi/driver';
import { onPremises } from './on-premises.js';

process.exit(await runDriver({ name: 'on-premises-csi', version: '1.0.0', providers: [onPremises] }));
