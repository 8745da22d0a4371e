import type { ReplacedExecutable } from '@lustre-csi/driver';
import { goPlatform, notAvailable } from './go-platform.js';

/** `/bin/aws-fsx-csi-driver` of the image of aws-fsx-csi-driver 1.9.0 (pkg/driver/{constants,version}.go). */
export const awsFsxCsiDriver: ReplacedExecutable = {
  driverName: 'fsx.csi.aws.com',
  endpoint: 'unix://tmp/csi.sock',
  versionText: (version) =>
    JSON.stringify(
      {
        driverVersion: `v${version}`,
        gitCommit: notAvailable,
        buildDate: notAvailable,
        goVersion: notAvailable,
        compiler: `Node.js ${process.version}`,
        platform: goPlatform(),
      },
      undefined,
      2,
    ),
};
