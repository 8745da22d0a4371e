/**
 * Modules that only some places may import. Each entry becomes a lint rule with its name:
 *   modules  specifiers of the modules
 *   in       files that the rule is about; all of them where it is missing
 *   except   files that may import the modules
 */

const tests = ['**/*.spec.ts', '**/testing/**/*.ts'];
const conformance = ['packages/conformance/src/**/*.ts'];
const emulator = ['packages/cloud-emulator/src/**/*.ts'];
const examples = ['examples/**/*.ts'];

export const places = {
  'grpc-in-rpc': {
    modules: /^@grpc\//,
    except: ['packages/core/src/rpc/**/*.ts', ...tests],
    message: 'Only packages/core/src/rpc knows gRPC.',
  },
  'processes-in-command': {
    modules: /^(node:)?child_process$/,
    // The worker and the child entries are processes of their own; their parent started them by command.ts and can abandon them.
    except: [
      'packages/core/src/process/command.ts',
      'packages/core/src/directory/registry/run-lfs.ts',
      '**/*.child.ts',
      ...conformance,
      ...emulator,
      ...examples,
      ...tests,
    ],
    message: 'Only packages/core/src/process/command.ts starts processes.',
  },
  'process-in-config': {
    modules: /^(node:)?process$/,
    except: [...conformance, ...emulator, ...examples, ...tests],
    message: 'The environment and the arguments reach the product through packages/driver/src/config.',
  },
  'aws-in-its-provider': {
    modules: /^@(aws-sdk|aws-crypto|smithy)\//,
    except: ['packages/provider-aws-fsx/src/**/*.ts', ...tests],
    message: 'The AWS SDK stays in packages/provider-aws-fsx.',
  },
  'azure-in-its-provider': {
    modules: /^@azure(-rest)?\//,
    except: ['packages/provider-azure-amlfs/src/**/*.ts', ...tests],
    message: 'The Azure SDK stays in packages/provider-azure-amlfs.',
  },
  'google-in-its-provider': {
    modules: /^(google-auth-library|gaxios|gcp-metadata)$/,
    except: ['packages/provider-google-lustre/src/**/*.ts', ...tests],
    message: 'The libraries of Google stay in packages/provider-google-lustre.',
  },
  'no-sdk-on-nodes': {
    modules: /^(@(aws-sdk|aws-crypto|smithy|azure|azure-rest)\/|(google-auth-library|gaxios|gcp-metadata)$)/,
    in: ['packages/provider-*/src/node/**/*.ts'],
    except: tests,
    message: 'The node plugin starts without a cloud SDK.',
  },
  'containers-in-driver': {
    modules: /^(inversify|reflect-metadata)$/,
    except: ['packages/driver/src/**/*.ts'],
    message: 'Only packages/driver has a container; a provider is plain constructors.',
  },
  'core-stands-alone': {
    modules: /^@lustre-csi\//,
    in: ['packages/core/src/**/*.ts'],
    message: 'core imports no other package of the product.',
  },
  'libraries-import-core': {
    modules: /^@lustre-csi\/(?!(core|cloud-emulator)(\/|$))/,
    in: ['packages/driver/src/**/*.ts', 'packages/provider-*/src/**/*.ts'],
    message: 'driver and providers import core only; packages/lustre-csi brings them together.',
  },
  'emulator-stands-alone': {
    modules: /^@lustre-csi\//,
    in: emulator,
    message: 'The emulator stands for the clouds, so it shares no code with the driver.',
  },
  'emulator-in-tests': {
    modules: /^@lustre-csi\/(cloud-emulator|conformance)(\/|$)/,
    except: [...conformance, ...examples, ...tests],
    message: 'The product does not import what tests it.',
  },
  'testing-in-tests': {
    modules: /(^|\/)testing(\/|$)|\.spec\.js$|^vitest(\/|$)/,
    except: [...conformance, ...examples, ...tests],
    message: 'The product does not import what tests it.',
  },
  'exports-not-files': {
    modules: /^@lustre-csi\/[^/]+\/(src|dist)(\/|$)/,
    message: 'Import what the package exports, not its files.',
  },
};
