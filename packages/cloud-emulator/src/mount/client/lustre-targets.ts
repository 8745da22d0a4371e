/** Indexes of the targets of every simulated file system. */
export const targets = { metadata: [0], storage: [0, 1] } as const;

/** Name of a target: `lustrefs-OST0001`. */
export const targetName = (fsname: string, kind: 'MDT' | 'OST', index: number): string =>
  `${fsname}-${kind}${index.toString(16).padStart(4, '0')}`;
