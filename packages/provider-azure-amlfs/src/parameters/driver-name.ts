/** The CSI plugin name, that of azurelustre-csi-driver. */
export const DRIVER_NAME = 'azurelustre.csi.azure.com';
