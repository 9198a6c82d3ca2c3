import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';

const run = promisify(execFile);

/** What `npm create vite -- --template react-ts` brings, in the versions of this repository. */
const TEMPLATE = [
  'react',
  'react-dom',
  'typescript',
  'vite',
  '@vitejs/plugin-react',
  '@types/react',
  '@types/react-dom',
];

const FILES: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'empty', private: true, type: 'module' }),
  'index.html':
    '<!doctype html><html lang="en"><title>Empty</title><div id="root"></div><script type="module" src="/src/main.tsx"></script>',
  'vite.config.ts':
    "import react from '@vitejs/plugin-react';\nimport { defineConfig } from 'vite';\nexport default defineConfig({ plugins: [react()] });\n",
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      types: ['vite/client'],
      jsx: 'react-jsx',
      strict: true,
      noUnusedLocals: true,
      noEmit: true,
    },
    include: ['src'],
  }),
};

const INSTALL_MS = 120_000;

/** An app outside of the repository. */
export class ViteApp {
  private constructor(readonly folder: string) {}

  static async create(main: string): Promise<ViteApp> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-app-'));
    await mkdir(join(folder, 'src'));
    for (const [file, text] of Object.entries({ ...FILES, 'src/main.tsx': main }))
      await writeFile(join(folder, file), text);
    return new ViteApp(folder);
  }

  /** Installs the template's packages and these tarballs. */
  async install(tarballs: readonly string[]): Promise<void> {
    const { devDependencies } = JSON.parse(await readFile(join(repositoryRoot(), 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const packages = TEMPLATE.map((name) => `${name}@${devDependencies[name] ?? 'latest'}`);
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await this.run('npm', ['install', ...quiet, ...packages, ...tarballs]);
  }

  /** Runs a tool of the app; rejects with its output if it fails. */
  async tool(path: string, args: readonly string[]): Promise<void> {
    await this.run(process.execPath, [join('node_modules', path), ...args]);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private async run(command: string, args: readonly string[]): Promise<void> {
    try {
      await run(command, args, { cwd: this.folder, env: cleanEnvironment(), timeout: INSTALL_MS });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }
}
