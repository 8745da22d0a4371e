import { ClientMounts, type ClientMount } from './client-mounts.js';

const DELETED = '//deleted';
/** Fields of mountinfo, proc_pid_mountinfo(5). */
const [ROOT, OPTIONAL] = [3, 6];

/** Peer groups of one line of mountinfo: its own, then that of its master. None: a private mount. */
export const groupsOf = (fields: readonly string[]): readonly string[] =>
  fields
    .slice(OPTIONAL, fields.indexOf('-', OPTIONAL))
    .flatMap((field) => /^(?:shared|master):(\d+)$/.exec(field)?.slice(1) ?? []);

/** Rewrites the text of mountinfo: clients show as a kernel with a real Lustre client would show them. */
export function asLustreShows(text: string, clients: string): string {
  const records = new ClientMounts(clients);
  return text
    .split('\n')
    .map((line) => {
      const fields = line.split(' ');
      const found = groupsOf(fields).map((group) => records.read(group));
      const record = found.find((each) => each !== undefined);
      return record ? rewrite(fields, record) : line;
    })
    .join('\n');
}

function rewrite(fields: readonly string[], record: ClientMount): string {
  const dash = fields.indexOf('-', OPTIONAL);
  // Groups are numbered again: another mount may have the number of a client that is gone.
  if (unescape(fields[dash + 2] ?? '') !== record.device) return fields.join(' ');
  const before = fields.slice(0, dash + 1);
  before[ROOT] = shownRoot(fields[ROOT] ?? '/', escape(record.root));
  return [...before, 'lustre', escape(record.source), record.superOptions.join(',')].join(' ');
}

/** The root below that of the client. A client's own root is `/`, even if it was moved or removed on the server. */
function shownRoot(root: string, ofClient: string): string {
  if (ofClient === '/') return root;
  if (!root.startsWith(`${ofClient}/`)) return '/';
  const below = root.slice(ofClient.length);
  return below === DELETED ? '/' : below;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
const escape = (text: string): string =>
  text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
