import { parseArgs } from 'node:util';

/** Endpoint of a driver that another program has started. */
export interface NamedEndpoint {
  readonly name: string;
  readonly endpoint: string;
}

export interface BenchOptions {
  readonly endpoints: readonly NamedEndpoint[];
  readonly driverName: string;
  readonly rounds: number;
  /** Small sizes, for CI. */
  readonly short: boolean;
  /** File for the result as JSON. */
  readonly json?: string;
  /** Directory for plots. */
  readonly plots?: string;
  /** File with the ratios to compare with. */
  readonly baseline?: string;
  /** Write the baseline instead of comparing with it. */
  readonly writeBaseline: boolean;
}

export const usage = `npm run bench -- [OPTIONS]

Measures this driver and others beside it, on emulated clouds and a simulated Lustre client.

  --endpoint NAME=unix:///PATH   driver that runs already; repeatable. Start it in the environment of the benchmark:
                                 lustre-cloud-emulator exec -- sh -c 'DRIVER & npm run bench -- --endpoint ...'
                                 What such a driver cannot do is a cell of the table, with its error below
  --driver-name NAME             driver of this repository to start (fsx.csi.aws.com)
  --rounds N                     rounds; the drivers take turns in each (3)
  --short                        small sizes, for CI
  --json FILE                    write the result as JSON
  --plots DIR                    write the plots as SVG
  --baseline FILE                compare the ratios with those of the file; status 1 where one is exceeded
  --write-baseline               write that file instead

Exit status: 0; 1 where a measurement of this driver failed or a ratio is exceeded; 2 for a bad command line or an endpoint that
does not answer.
`;

const drivers = ['fsx.csi.aws.com', 'azurelustre.csi.azure.com'];

const options = {
  endpoint: { type: 'string', multiple: true },
  'driver-name': { type: 'string' },
  rounds: { type: 'string' },
  short: { type: 'boolean' },
  json: { type: 'string' },
  plots: { type: 'string' },
  baseline: { type: 'string' },
  'write-baseline': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Reads the command line. @throws Error that names the option */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return 'help';
  const { short = false, json, plots, baseline } = values;
  const writeBaseline = values['write-baseline'] ?? false;
  if (writeBaseline && baseline === undefined) throw new Error('--write-baseline needs --baseline FILE');
  return {
    endpoints: (values.endpoint ?? []).map(namedEndpoint),
    driverName: driverNamed(values['driver-name']),
    rounds: roundsOf(values.rounds, short),
    short,
    writeBaseline,
    ...given({ json, plots, baseline }),
  };
}

function driverNamed(name = 'fsx.csi.aws.com'): string {
  if (drivers.includes(name)) return name;
  throw new Error(`--driver-name must be ${drivers.join(' or ')}`);
}

function roundsOf(text: string | undefined, short: boolean): number {
  const rounds = Number(text ?? (short ? '1' : '3'));
  if (Number.isInteger(rounds) && rounds >= 1) return rounds;
  throw new Error('--rounds must be a whole number from 1');
}

/** Leaves options out that were not given. */
const given = (
  files: Readonly<Record<'json' | 'plots' | 'baseline', string | undefined>>,
): Partial<BenchOptions> =>
  Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined));

function namedEndpoint(text: string): NamedEndpoint {
  const [, name = '', endpoint = ''] = /^([A-Za-z0-9._-]+)=(unix:\/\/\/.+)$/.exec(text) ?? [];
  if (name === '' || name === 'lustre-csi')
    throw new Error(`--endpoint "${text}": write NAME=unix:///path/csi.sock`);
  return { name, endpoint };
}
