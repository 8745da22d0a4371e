import { ParameterSchema, parameter } from '@lustre-csi/core';

/** Name of the CSI driver: the `provisioner` of StorageClasses. */
export const DRIVER_NAME = 'lustre.csi.example.com';

/** Parameters of a StorageClass. */
export const parameters = new ParameterSchema(DRIVER_NAME, {
  tier: parameter.oneOf({
    description: 'Kind of disks.',
    example: 'fast',
    values: ['fast', 'slow'],
    defaultsTo: 'fast',
  }),
});
