import { awsFsxCsiDriver } from './replaced/aws-fsx-csi-driver.js';
import { runLustreCsi } from './run-lustre-csi.js';

await runLustreCsi({ name: 'aws-fsx-csi-driver', replaces: awsFsxCsiDriver });
