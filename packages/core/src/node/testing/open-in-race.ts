import { closeSync, readlinkSync } from 'node:fs';
import { openSubDirectory, SubDirectoryError } from '../../mount/open-sub-directory.js';

// `open-in-race.js ROOT PATH UID TIMES`: opens and creates a sub-directory repeatedly, while another process swaps it. Prints as
// JSON how often each reason of refusal and each opened path occurred.
const [root = '', path = '', uid = '', times = ''] = process.argv.slice(2);
const outcomes: Record<string, number> = {};

function open(): string {
  try {
    const descriptor = openSubDirectory({
      root,
      parts: path.split('/'),
      create: true,
      mode: 0o777,
      uid: Number(uid),
    });
    const opened = readlinkSync(`/proc/self/fd/${descriptor}`);
    closeSync(descriptor);
    return opened.replace(`${root}/`, '').replace(/ \(deleted\)$/, '');
  } catch (error) {
    if (!(error instanceof SubDirectoryError)) throw error;
    return error.failure.reason;
  }
}

for (let time = 0; time < Number(times); time += 1) {
  const outcome = open();
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
process.stdout.write(JSON.stringify(outcomes));
