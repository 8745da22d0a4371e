/** CSI plugin name, unless `--serve-as` gives another. It is a domain that no one can own: a top-level domain has no
 *  hyphen. */
export const DRIVER_NAME = 'generic.lustre-csi';

/** Earlier CSI plugin name, in the domain of Kubernetes: existing PersistentVolumes carry it. */
export const FORMER_DRIVER_NAME = 'lustre.csi.k8s.io';
