/** Releases of the Lustre client that the simulation can be. Sorted. */
export const clientVersions = ['2.15', '2.16', '2.17'] as const;

export type ClientVersion = (typeof clientVersions)[number];

/** Release of the clients that FSx and Azure document. */
export const defaultClientVersion: ClientVersion = '2.15';

/** Factor for the waits of a client: minutes become tenths of a second. */
export const defaultWaitScale = 0.001;

export const isClientVersion = (text: string): text is ClientVersion =>
  clientVersions.some((version) => version === text);

/** Reports that a client is of this release or of a later one. */
export const isAtLeast = (version: ClientVersion, least: ClientVersion): boolean =>
  clientVersions.indexOf(version) >= clientVersions.indexOf(least);
