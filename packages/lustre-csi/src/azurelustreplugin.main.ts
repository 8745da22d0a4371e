import { azurelustreplugin } from './replaced/azurelustreplugin.js';
import { runLustreCsi } from './run-lustre-csi.js';

await runLustreCsi({ name: 'azurelustreplugin', replaces: azurelustreplugin });
