/** CSI plugin name, the same as of azurelustre-csi-driver. */
export const DRIVER_NAME = 'azurelustre.csi.azure.com';
