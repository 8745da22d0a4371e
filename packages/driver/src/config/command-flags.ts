import type { FlagDefinition } from '@lustre-csi/core';

/** Commands beside serving. aws-fsx-csi-driver has the first one, too. */
export const commands = [
  'pre-stop-hook',
  'orphans',
  'readiness-probe',
  'doctor',
  'preflight',
  'support-bundle',
  'guest',
] as const;

export type Command = (typeof commands)[number];

/** Flags that only a command has, and what may follow its name. */
export interface CommandGrammar {
  /** Operands, as the help shows them; absent: it takes none. */
  readonly operands?: string;
  readonly flags: readonly FlagDefinition[];
  /** True if the flags of the driver that runs in this container apply, since the command examines it. */
  readonly likeServed?: true;
}

const output: FlagDefinition = {
  name: 'output',
  aliases: ['o'],
  type: 'string',
  valueName: 'FORMAT',
  default: 'text',
  description: 'format of the report: text or json',
};

const failOn: FlagDefinition = {
  name: 'fail-on',
  type: 'string',
  valueName: 'SEVERITY',
  default: 'error',
  description: 'least severity of a defect that makes the exit status 3: error or warning',
};

const ids = (name: string, description: string): FlagDefinition => ({
  name,
  type: 'string',
  valueName: 'ID,...',
  description,
});

/** Commands with flags of their own. */
export const commandGrammars: Partial<Readonly<Record<Command, CommandGrammar>>> = {
  doctor: {
    operands: '[claim NAMESPACE/NAME | pod NAMESPACE/NAME]',
    likeServed: true,
    flags: [
      output,
      ids('only', 'checks to run; LCSI-N means all checks whose ids begin with it'),
      ids('skip', 'checks to leave out, likewise'),
      {
        name: 'wait',
        type: 'string',
        valueName: 'DURATION',
        default: '0s',
        description: 'time in which failed checks are repeated until they pass: 90s, 5m',
      },
      failOn,
    ],
  },
  preflight: {
    operands: '[FILE...]',
    likeServed: true,
    flags: [output, failOn],
  },
  guest: {
    flags: [
      {
        name: 'hand-off-dir',
        type: 'string',
        valueName: 'DIR',
        default: '/run/lustre-csi/hand-off',
        description: "directory of the pod's hand-off volume, which names the volumes to mount",
      },
      {
        name: 'allow-pod-network',
        type: 'boolean',
        description:
          'mount also where LNet has no address besides those of the pod: its traffic passes the network of the cluster then',
      },
    ],
  },
  'support-bundle': {
    likeServed: true,
    flags: [
      {
        name: 'log-lines',
        type: 'string',
        valueName: 'N',
        default: '5000',
        description: 'last lines of each container log in the bundle',
      },
    ],
  },
};

/** Flags of a command besides those of the driver. */
export const flagsOfCommand = (command: Command | undefined): readonly FlagDefinition[] =>
  (command && commandGrammars[command]?.flags) ?? [];
