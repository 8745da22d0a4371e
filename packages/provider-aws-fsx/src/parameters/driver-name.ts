/** CSI plugin name, the same as of aws-fsx-csi-driver, whose volumes and StorageClasses this provider takes over. */
export const DRIVER_NAME = 'fsx.csi.aws.com';
