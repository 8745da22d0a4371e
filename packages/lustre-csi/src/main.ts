import { runLustreCsi } from './run-lustre-csi.js';

await runLustreCsi({ name: 'lustre-csi' });
