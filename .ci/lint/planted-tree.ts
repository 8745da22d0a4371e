import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const TSCONFIG = {
  compilerOptions: { target: 'ES2023', module: 'NodeNext', strict: true, types: [], noEmit: true },
  include: ['packages', 'examples'],
};

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Temporary tree of sources with planted violations, checked by the real configuration and scripts. */
export class PlantedTree {
  readonly root = mkdtempSync(join(tmpdir(), 'lint-'));

  constructor(files: Readonly<Record<string, string>>) {
    this.write({
      'tsconfig.json': JSON.stringify(TSCONFIG),
      'package.json': '{ "type": "module" }',
      ...files,
    });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
  }

  /** Messages of ESLint, one a line: `file rule: message`. */
  eslint(): string[] {
    const eslint = join(ROOT, 'node_modules/eslint/bin/eslint.js');
    const config = join(ROOT, '.ci/eslint.config.mjs');
    const { stdout, stderr } = this.#node([eslint, '--config', config, '--format', 'json', '.']);
    if (!stdout.startsWith('[')) throw new Error(`ESLint failed: ${stdout}${stderr}`);
    const results = JSON.parse(stdout) as {
      filePath: string;
      messages: { ruleId: string | null; message: string }[];
    }[];
    return results.flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, message }) => `${filePath.slice(this.root.length + 1)} ${ruleId}: ${message}`),
    );
  }

  /** Runs a script of `.ci/lint` on the tree. */
  script(name: string): Run {
    return this.#node([join(ROOT, '.ci/lint', name), this.root]);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #node(args: string[]): Run {
    return spawnSync(process.execPath, args, { cwd: this.root, encoding: 'utf8', maxBuffer: 1 << 26 });
  }
}
