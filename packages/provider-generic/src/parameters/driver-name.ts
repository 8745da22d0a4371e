/** CSI plugin name, unless `--serve-as` gives another. It cannot be registered as a domain: a top-level domain has no
 *  hyphen. */
export const DRIVER_NAME = 'generic.lustre-csi';

/** Earlier CSI plugin name, in the domain of Kubernetes: existing PersistentVolumes carry it. */
export const FORMER_DRIVER_NAME = 'lustre.csi.k8s.io';
