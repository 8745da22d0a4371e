/** CSI driver name of Oracle's driver (oci-cloud-controller-manager), which this one replaces. */
export const DRIVER_NAME = 'lustre.csi.oraclecloud.com';
