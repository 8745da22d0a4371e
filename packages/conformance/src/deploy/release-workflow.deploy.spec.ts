// The workflow of releases: it does not run here, so that a linter reads it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './chart.js';
import { cosignTool, craneTool, helmTool } from './tools.js';

const path = join(root, '.github/workflows/release.yml');
const text = readFileSync(path, 'utf8');

/** Findings of the linter, without those of other programs that a machine may have. */
function findingsIn(workflow: string): readonly string[] {
  const args = ['-shellcheck=', '-pyflakes=', '-no-color', '-oneline', '-stdin-filename', path, '-'];
  try {
    return execFileSync(inject('actionlint'), args, { encoding: 'utf8', input: workflow })
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    return (error as { readonly stdout: string }).stdout.trim().split('\n');
  }
}

describe.skipIf(!inject('actionlint'))('the linter', () => {
  it('finds nothing in the workflow', () => {
    expect(findingsIn(text)).toEqual([]);
  });

  it.each([
    ['secrets.GITHUB_TOKEN', 'secret.GITHUB_TOKEN', 'undefined variable "secret"'],
    ['needs: image', 'needs: picture', 'needs job "picture" which does not exist'],
    ['runs-on:', 'run-on:', 'unexpected key "run-on"'],
  ])('finds a mistake in place of %s', (right, wrong, message) => {
    expect(findingsIn(text.replace(right, wrong)).join('\n')).toContain(message);
  });
});

describe('the release workflow', () => {
  interface Job {
    readonly permissions: Readonly<Record<string, string>>;
    readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
  }
  const workflow = parse(text) as {
    readonly permissions: Readonly<Record<string, string>>;
    readonly env: Readonly<Record<string, string>>;
    readonly jobs: Readonly<Record<string, Job>>;
  };
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('runs each action by the hash of its commit', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(3);
    expect(actions.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it('has the versions of tools that the tests use', () => {
    const versions = [craneTool, cosignTool, helmTool].map((tool) => `${tool.path}@${tool.version}`);
    const { CRANE, COSIGN, HELM } = workflow.env;
    expect([CRANE, COSIGN, HELM]).toEqual(versions);
  });

  it('writes nothing to the repository, and signs with the identity of the workflow', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { permissions } of Object.values(workflow.jobs))
      expect(permissions).toMatchObject({ contents: 'read', 'id-token': 'write' });
  });

  it('runs scripts of this repository alone', () => {
    const scripts = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/deploy\/[\w/-]+\.sh/g)].map(([script]) => script),
    );
    expect([...new Set(scripts)].sort()).toEqual(
      ['build', 'push', 'sign', 'verify'].map((name) => `deploy/image/${name}.sh`),
    );
    for (const script of scripts) expect(readFileSync(join(root, script), 'utf8')).toMatch(/^#!/);
  });
});
