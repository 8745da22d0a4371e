export const DRIVER_NAME = 'lustre.csi.k8s.io';
