/** Specification of a pod whose guest mounts the volumes of a driver itself, as the node plugin reads it. */
export const guestPodSpec = (driver: string, runtimeClassName: string): object => ({
  runtimeClassName,
  volumes: [
    { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    { name: 'hand-off', csi: { driver, volumeAttributes: { handOff: 'true' } } },
  ],
  initContainers: [
    {
      name: 'lustre',
      restartPolicy: 'Always',
      startupProbe: { httpGet: { path: '/started', port: 9810 } },
      volumeMounts: [{ name: 'hand-off', mountPath: '/run/lustre-csi/hand-off' }],
    },
  ],
  containers: [{ name: 'app', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
});
