/** CSI plugin name, unless `--serve-as` gives another. */
export const DRIVER_NAME = 'lustre.csi.k8s.io';
