import { ParameterSchema, text } from '@lustre-csi/core';
import { directoryParameters } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from './driver-name.js';

/** StorageClass parameters that name the file system. Those of directories are the core's. */
export const genericParameters = {
  source: text({
    description:
      'The file system, as `mount -t lustre` takes it. With a sub-directory, base paths lie below that.',
    example: 'mgs1@o2ib:mgs2@o2ib:/scratch',
    legal: 'NID[,NID...][:NID...]:/FSNAME[/SUBDIR]',
  }),
  mgsNids: text({
    description:
      'The management servers, instead of `source`: `,` parts the interfaces of one server, `:` failover partners. Any ' +
      'LNet network.',
    example: '10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib',
    legal: 'NID[,NID...][:NID...]',
  }),
  fsName: text({
    description: 'The name of the file system, beside `mgsNids`.',
    example: 'scratch',
    legal: '1 to 8 letters, digits, "_" or "-"',
  }),
};

export const genericParameterSchema = new ParameterSchema(DRIVER_NAME, genericParameters);

/** All that a StorageClass of this driver may say. */
export const directoryClassSchema: ParameterSchema = new ParameterSchema(DRIVER_NAME, {
  ...genericParameters,
  ...directoryParameters,
});
