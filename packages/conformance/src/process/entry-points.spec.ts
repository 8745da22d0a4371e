// Entry points with the names of the Go drivers' executables. Expected texts: GetVersionJSON of aws-fsx-csi-driver 1.9.0 and
// GetVersionYAML of azurelustre-csi-driver 0.4.0, for builds without a commit and a date.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

function run(
  name: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const bin = import.meta.resolve('@lustre-csi/lustre-csi/package.json');
  const file = fileURLToPath(new URL(`./bin/${name}.js`, bin));
  const env = { PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync(file, args, { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const version = expect.stringMatching(/^v\d+\.\d+\.\d+$/) as string;
const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;

describe('--version', () => {
  it('prints JSON under the name of the FSx driver', () => {
    const { stdout } = run('aws-fsx-csi-driver', '--version');
    expect(JSON.parse(stdout)).toEqual({
      driverVersion: version,
      gitCommit: 'N/A',
      buildDate: 'N/A',
      goVersion: 'N/A',
      compiler: `Node.js ${process.version}`,
      platform,
    });
    expect(stdout.split('\n')[1]).toMatch(/^ {2}"driverVersion": /);
  });

  it('prints YAML under the name of the Azure driver', () => {
    expect(parse(run('azurelustreplugin', '-version').stdout)).toEqual({
      'Build Date': 'N/A',
      Compiler: `Node.js ${process.version}`,
      'Driver Name': 'azurelustre.csi.azure.com',
      'Driver Version': version,
      'Git Commit': 'N/A',
      'Go Version': 'N/A',
      Platform: platform,
    });
  });
});

describe.each(['aws-fsx-csi-driver', 'azurelustreplugin'])('%s', (name) => {
  it('prints its help for -h, with the defaults of the executable that it replaces', () => {
    const { status, stdout } = run(name, '-h');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${name} \\[--mode`));
    expect(stdout.replace(/\s+/g, ' ')).toContain('default: unix://tmp/csi.sock');
  });
});

// Flags of every released version: `git grep flag\.` in cmd and pkg/azurelustreplugin of all tags, klog 2, component-base 0.35.
const released: Readonly<Record<string, readonly string[]>> = {
  'aws-fsx-csi-driver': [
    '--endpoint=unix:csi.sock', // Refused: the process must not start here.
    '--extra-tags=a=b',
    '--feature-gates=ContextualLogging=true',
    '--log-flush-frequency=5s',
    '--log-json-info-buffer-size=0',
    '--log-json-split-stream',
    '--log-text-info-buffer-size=0',
    '--log-text-split-stream=false',
    '--logging-format=text',
    '--logtostderr',
    '--mode=all',
    '--v=2',
    '--vmodule=a=1',
  ],
  azurelustreplugin: [
    '--endpoint=unix:csi.sock',
    '--metrics-address=0.0.0.0:29634', // 0.1.0
    '--nodeid=a',
    '--drivername=azurelustre.csi.azure.com',
    '--enable-azurelustre-mock-mount=false',
    '--enable-azurelustre-mock-dyn-prov=false',
    '--working-mount-dir=/tmp',
    '--remove-not-ready-taint=true',
    '-add_dir_header=true',
    '-alsologtostderr=true',
    '-legacy_stderr_threshold_behavior=true',
    '-log_backtrace_at=a:1',
    '-log_dir=/tmp',
    '-log_file=/tmp/a',
    '-log_file_max_size=1800',
    '-logtostderr=true',
    '-one_output=true',
    '-skip_headers=true',
    '-skip_log_headers=true',
    '-stderrthreshold=2',
    '-v=5',
    '-vmodule=a=1',
  ],
};

describe.each(Object.entries(released))('%s', (name, flags) => {
  it('accepts each flag of the released versions, and names itself before its errors', () => {
    const { status, stderr } = run(name, ...flags);
    expect(stderr).toMatch(new RegExp(`^${name}: --endpoint .*"unix:csi\\.sock"`));
    expect(status).toBe(2);
  });
});
