/** Connection of a client to a target of a file system (an OST or an MDT), as the kernel reports it. */
export interface TargetConnection {
  /** Target, such as `lustrefs-OST0001`. */
  readonly target: string;
  /** End of the client's name, the same for all its connections. */
  readonly instance: string;
  /** State of the import: `FULL`, `IDLE`, `DISCONN`, `EVICTED`, ... */
  readonly state: string;
  /** NIDs of the target's servers. */
  readonly nids: readonly string[];
  /** Begin of a state without connection, in Unix seconds; absent: it is connected, or the kernel's history does not show it. */
  readonly lostSince?: number;
}

/** States of a working connection, and of one that is not wanted: the client disconnects from an unused storage target
 *  (IDLE), and has none to a target that an administrator has deactivated (NEW, CLOSED). */
const QUIET_STATES: readonly string[] = ['FULL', 'IDLE', 'NEW', 'CLOSED'];

/** Returns true if a state means that requests to the target wait or fail. */
export const isLost = (state: string): boolean => !QUIET_STATES.includes(state);

/** Device of a client: `lustrefs-OST0001-osc-ffff937009271000`, in a path or a parameter, before its file. */
const DEVICE =
  /(?<target>[\w-]+?-(?:OST|MDT)[0-9a-f]{4})-(?:osc|mdc)-(?<instance>[0-9a-f]+)[./](?<file>import|state)\b/;

interface Reading {
  readonly target: string;
  readonly instance: string;
  readonly import: string;
  readonly history: string;
}

/**
 * Reads what the client reports about its connections: the files `import` and `state` of each target, each after a line that
 * names it, as `lctl get_param` (`osc.TARGET-osc-INSTANCE.import=`) and `tail -v` (`==> /proc/…/import <==`) print them.
 * @param fsname file system; others are left out
 */
export function connectionsIn(text: string, fsname: string): readonly TargetConnection[] {
  const readings = new Map<string, Reading>();
  for (const section of sectionsOf(text)) {
    const device = deviceOf(section);
    if (device?.fsname !== fsname) continue;
    const { target, instance, file } = device;
    const key = `${target} ${instance}`;
    const before = readings.get(key) ?? { target, instance, import: '', history: '' };
    readings.set(key, { ...before, [file === 'import' ? 'import' : 'history']: section });
  }
  return [...readings.values()].map(connectionOf).filter((connection) => connection !== undefined);
}

interface Device {
  readonly fsname: string;
  readonly target: string;
  readonly instance: string;
  readonly file: string;
}

/** Device that the first line of a section names. */
function deviceOf(section: string): Device | undefined {
  const groups = DEVICE.exec(section.split('\n', 1)[0] ?? '')?.groups;
  if (!groups) return undefined;
  const { target = '', instance = '', file = '' } = groups;
  return { fsname: target.slice(0, target.lastIndexOf('-')), target, instance, file };
}

/** Splits at the lines that name a file. */
const sectionsOf = (text: string): readonly string[] => text.split(/^(?===> |(?:osc|mdc)\.\S+=)/m);

function connectionOf({ target, instance, ...files }: Reading): TargetConnection | undefined {
  const state =
    /^\s*state:\s*(?<state>\w+)/m.exec(files.import)?.groups?.['state'] ??
    /current_state:\s*(?<state>\w+)/.exec(files.history)?.groups?.['state'];
  if (state === undefined) return undefined;
  const nids = [...files.import.matchAll(/"?(?<nid>[\w.:-]+@[a-z]+\d*)"?/g)].map(
    (match) => match.groups?.['nid'] ?? '',
  );
  const since = isLost(state) ? lostSince(files.history) : undefined;
  return {
    target,
    instance,
    state,
    nids: [...new Set(nids)],
    ...(since === undefined ? {} : { lostSince: since }),
  };
}

/** Begin of the time without connection. A client that tries to reconnect changes its state every few seconds, so that the
 *  entry after the last working connection counts, in a history of 16 entries: ` - [ 1795659614, CONNECTING ]`. */
function lostSince(history: string): number | undefined {
  const entries = [...history.matchAll(/\[\s*(?<time>\d+),\s*(?<state>\w+)\s*\]/g)].map(({ groups }) => ({
    time: Number(groups?.['time']),
    state: groups?.['state'] ?? '',
  }));
  return entries.slice(entries.findLastIndex(({ state }) => !isLost(state)) + 1)[0]?.time;
}
