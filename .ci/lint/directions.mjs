/** Import directions inside a package: each room and what it may import besides itself. What is not listed is refused. */

const nouns = ['errors', 'model'];
const waiting = [...nouns, 'concurrency'];
const mounting = [...waiting, 'process'];

/** packages/core/src: rpc -> request | volume | directory | node -> mount -> process -> concurrency. */
export const coreRooms = {
  errors: [],
  model: ['errors'],
  network: ['errors'],
  provider: nouns,
  concurrency: ['errors'],
  process: waiting,
  mount: mounting,
  node: [...mounting, 'mount', 'provider'],
  volume: [...waiting, 'provider', 'directory'],
  directory: [...mounting, 'mount', 'provider', 'volume'],
  // Runs in the worker process on the file system; it knows neither clouds nor volumes.
  'directory/registry': [...mounting, 'mount'],
  request: [...mounting, 'mount', 'provider', 'volume', 'directory', 'gen'],
};

/** packages/provider-*\/src: rooms that do without the cloud's API. */
export const providerRooms = {
  parameters: ['api', 'operations'],
  node: ['api', 'operations'],
};

const providers = [
  'provider-aws-fsx',
  'provider-azure-amlfs',
  'provider-generic',
  'provider-google-lustre',
  'provider-oci-lustre',
];

const coreZones = Object.entries(coreRooms).map(([room, allowed]) => ({
  target: `./packages/core/src/${room}`,
  from: './packages/core/src',
  except: [room, ...allowed].map((name) => `./${name}`),
  message: `core/src/${room} may import ${allowed.join(', ') || 'nothing of core'} (.ci/lint/directions.mjs).`,
}));

const providerZones = providers.flatMap((provider) =>
  Object.entries(providerRooms).map(([room, refused]) => ({
    target: `./packages/${provider}/src/${room}`,
    from: refused.map((name) => `./packages/${provider}/src/${name}`),
    message: `${provider}/src/${room} does without ${refused.join(' and ')} (.ci/lint/directions.mjs).`,
  })),
);

/** Zones of `import-x/no-restricted-paths`. Arrays, not brace globs: a glob matches the folder's path, not its files. */
export const zones = [...coreZones, ...providerZones];
