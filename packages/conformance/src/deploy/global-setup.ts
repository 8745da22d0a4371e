import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { hasGo, isBuilt, obtainGoTool, type GoTool } from '../testing/go-tool.js';
import {
  actionlintTool,
  cosignTool,
  craneTool,
  helmTool,
  kubeconformTool,
  kustomizeTool,
  promtoolTool,
  testCache,
} from './tools.js';

/** Results of the setup, for `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Path of helm; empty where it cannot be built. */
    readonly helm: string;
    /** Path of kubeconform; empty where it cannot be built. */
    readonly kubeconform: string;
    /** Path of kustomize; empty where it cannot be built. */
    readonly kustomize: string;
    /** Path of crane; empty where it cannot be built. */
    readonly crane: string;
    /** Path of cosign; empty where it cannot be built. */
    readonly cosign: string;
    /** Path of actionlint; empty where it cannot be built. */
    readonly actionlint: string;
    /** Path of promtool; empty where it cannot be built. */
    readonly promtool: string;
  }
}

/** Builds the tools that are not in the cache. Without a Go toolchain their specs are skipped, which CI does not allow. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('helm', await pathOf(helmTool));
  project.provide('kubeconform', await pathOf(kubeconformTool));
  project.provide('kustomize', await pathOf(kustomizeTool));
  project.provide('crane', await pathOf(craneTool));
  project.provide('actionlint', await pathOf(actionlintTool));
  project.provide('cosign', await pathOf(cosignTool));
  project.provide('promtool', await pathOf(promtoolTool));
}

async function pathOf(tool: GoTool): Promise<string> {
  const cache = testCache();
  mkdirSync(cache, { recursive: true });
  if (!isBuilt(cache, tool)) {
    if (!(await hasGo())) return withoutTool(tool);
    report(`building ${tool.name} ${tool.version} into ${cache}: this takes minutes, once`);
  }
  return obtainGoTool(cache, tool);
}

function withoutTool({ name }: GoTool): string {
  const message = `${name} is missing, and there is no Go toolchain to build it with`;
  if (process.env['CI'] === 'true') throw new Error(message);
  report(`${message}: specs that need it are skipped`);
  return '';
}

const report = (line: string): boolean => process.stderr.write(`${line}\n`);
