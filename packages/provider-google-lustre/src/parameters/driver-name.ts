/** CSI plugin name, the same as of lustre-csi-driver of Google. */
export const DRIVER_NAME = 'lustre.csi.storage.gke.io';
