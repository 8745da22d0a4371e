import type { ReplacedExecutable } from '@lustre-csi/driver';
import { goPlatform, notAvailable } from './go-platform.js';

const driverName = 'azurelustre.csi.azure.com';

/** `/app/azurelustreplugin` of the image of azurelustre-csi-driver 0.4.0 (pkg/azurelustreplugin/main.go,
 *  pkg/azurelustre/version.go). */
export const azurelustreplugin: ReplacedExecutable = {
  driverName,
  endpoint: 'unix://tmp/csi.sock',
  versionText: (version) =>
    [
      `Build Date: ${notAvailable}`,
      `Compiler: Node.js ${process.version}`,
      `Driver Name: ${driverName}`,
      `Driver Version: v${version}`,
      `Git Commit: ${notAvailable}`,
      `Go Version: ${notAvailable}`,
      `Platform: ${goPlatform()}`,
    ].join('\n'),
};
