/** Number that the kernel gives a client, as lfs(1) and lctl(8) show it: the address of its superblock. */
export const clientInstance = (group: string): string =>
  `ff1100${(0x0100_0000_0000 + Number(group) * 0x800).toString(16).slice(-10).padStart(10, '0')}`;
