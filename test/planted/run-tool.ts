import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

const TIMEOUT_MS = 220_000;
const MAX_OUTPUT = 16 * 1_024 * 1_024;

/** Runs a script of the repository's packages with node in `cwd`; `input` is its standard input. */
export function runTool(script: string, args: readonly string[], cwd: string, input = ''): Promise<ToolResult> {
  return new Promise((resolve) => {
    const path = join(repositoryRoot(), script);
    const options = { cwd, env: cleanEnvironment(), timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT };
    const child = execFile(process.execPath, [path, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, output: stdout + stderr });
    });
    child.stdin?.end(input);
  });
}
