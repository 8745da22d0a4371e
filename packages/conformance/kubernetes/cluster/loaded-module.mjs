// Loaded into the driver's pods (`NODE_OPTIONS=--import`): the kernel of the node has the module of the simulated Lustre client. The
// runtime mounts nothing on /proc/filesystems, so its text is completed where it is read.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { readFile } = fs.promises;
fs.promises.readFile = async (path, ...rest) => {
  const content = await readFile(path, ...rest);
  return path === '/proc/filesystems' ? `${content}nodev\tlustre\n` : content;
};
syncBuiltinESMExports();
