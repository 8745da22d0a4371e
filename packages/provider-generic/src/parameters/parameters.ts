import { ParameterSchema, parameter } from '@lustre-csi/core';
import { directoryParameters } from '@lustre-csi/core/reference';
import { DRIVER_NAME } from './driver-name.js';

/** StorageClass parameters that name the file system. The core declares those of directories. */
export const genericParameters = {
  source: parameter.string({
    description:
      'The file system, in the form of `mount -t lustre`. With a sub-directory, base paths lie below it.',
    example: 'mgs1@o2ib:mgs2@o2ib:/scratch',
    legal: 'NID[,NID...][:NID...]:/FSNAME[/SUBDIR]',
  }),
  mgsNids: parameter.string({
    description:
      'The management servers, instead of `source`: `,` separates the interfaces of one server, `:` failover partners. Any ' +
      'LNet network.',
    example: '10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib',
    legal: 'NID[,NID...][:NID...]',
  }),
  fsName: parameter.string({
    description: 'The name of the file system, with `mgsNids`.',
    example: 'scratch',
    legal: '1 to 8 letters, digits, "_" or "-"',
  }),
};

/** Schema of the parameters that name the file system. */
export const genericParameterSchema = new ParameterSchema(DRIVER_NAME, genericParameters);

/** Schema of all parameters of a StorageClass. */
export const directoryClassSchema: ParameterSchema = new ParameterSchema(DRIVER_NAME, {
  ...genericParameters,
  ...directoryParameters,
});
