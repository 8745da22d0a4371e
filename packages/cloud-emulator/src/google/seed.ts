/** VPC network that exists when the emulator starts. */
export interface SeedNetwork {
  readonly name: string;
  /** True if private services access is set up: Managed Lustre refuses other networks. */
  readonly peered: boolean;
}

/** Resources of the emulated Google Cloud project before the first call. */
export interface GoogleSeed {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly zones: readonly string[];
  readonly networks: readonly SeedNetwork[];
  /** Service account of the machine on which the driver runs. */
  readonly serviceAccount: string;
  /** Zone of that machine. */
  readonly machineZone: string;
  /** Audience of workload identity federation, whose tokens the token exchange accepts. */
  readonly identityProvider: string;
  /** Token of that provider, as kubelet would project it. */
  readonly subjectToken: string;
}

export const googleSeed = {
  projectId: 'lustre-project',
  projectNumber: '123456789012',
  zones: ['us-central1-a', 'us-central1-b', 'us-central1-c', 'europe-west4-a'],
  networks: [
    { name: 'default', peered: true },
    { name: 'lustre-network', peered: true },
    { name: 'unpeered-network', peered: false },
  ],
  serviceAccount: 'lustre-csi-driver-sa@lustre-project.iam.gserviceaccount.com',
  machineZone: 'us-central1-a',
  identityProvider:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/pool/providers/kubernetes',
  subjectToken: 'projected-service-account-token',
} as const satisfies GoogleSeed;
