import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';

const run = promisify(execFile);

interface Template {
  /** Installed in the versions of this repository. */
  readonly packages: readonly string[];
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.stringify({ name: 'empty', private: true, type: 'module' });

/** What `npm create vite -- --template react-ts` brings. */
const VITE_PACKAGES = [
  'react',
  'react-dom',
  'typescript',
  'vite',
  '@vitejs/plugin-react',
  '@types/react',
  '@types/react-dom',
];

const VITE_FILES = {
  'package.json': MANIFEST,
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

const VITE: Template = { packages: VITE_PACKAGES, main: 'src/main.tsx', files: VITE_FILES };

const NEST: Template = {
  packages: [
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/microservices',
    'reflect-metadata',
    'rxjs',
    'typescript',
    '@types/node',
  ],
  main: 'src/main.ts',
  files: {
    'package.json': MANIFEST,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        types: ['node'],
        strict: true,
        noUnusedLocals: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        rootDir: 'src',
        outDir: 'dist',
      },
      include: ['src'],
    }),
  },
};

const INSTALL_MS = 120_000;

/** An app outside of the repository. */
export class EmptyApp {
  private constructor(
    readonly folder: string,
    private readonly template: Template,
  ) {}

  static vite(main: string): Promise<EmptyApp> {
    return EmptyApp.create(VITE, main);
  }

  static nest(main: string): Promise<EmptyApp> {
    return EmptyApp.create(NEST, main);
  }

  private static async create(template: Template, main: string): Promise<EmptyApp> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-app-'));
    await mkdir(join(folder, 'src'));
    for (const [file, text] of Object.entries({ ...template.files, [template.main]: main }))
      await writeFile(join(folder, file), text);
    return new EmptyApp(folder, template);
  }

  /** Installs the template's packages and these tarballs. */
  async install(tarballs: readonly string[]): Promise<void> {
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(repositoryRoot(), 'package.json'), 'utf8'),
    ) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const versions = { ...dependencies, ...devDependencies };
    const packages = this.template.packages.map((name) => `${name}@${versions[name] ?? 'latest'}`);
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
