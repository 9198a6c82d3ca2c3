import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InlineLibs } from './inline-libs.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { Problem } from './terminal.mjs';

/** The libraries that others install, lowest first, with what they need at run time. */
const LIBS = {
  contracts: { libs: [], packages: ['zod'], description: 'What goes over the wire between Holdfast and its clients' },
  client: {
    libs: ['contracts'],
    packages: ['idb', 'socket.io-client', 'zod'],
    description: 'The headless client of Holdfast: connection, threads, unsent messages',
  },
  react: {
    libs: ['client'],
    packages: ['lucide-react', 'react-markdown', 'remark-gfm', 'virtua'],
    peers: { react: '>=19', 'react-dom': '>=19' },
    styles: './src/styles/index.css',
    description: 'React 19 hooks, error boundaries and parts of a chat for Holdfast',
  },
};

/** A package of its own, with what it needs of the other libraries inside. */
const RECORDER = {
  packages: ['ioredis', 'pino', 'pino-pretty', 'zod'],
  // What has to be there once: Nest's injector and metadata, the registry behind /metrics, Observables.
  peers: ['@nestjs/common', '@nestjs/core', '@nestjs/microservices', 'prom-client', 'reflect-metadata', 'rxjs'],
};

const OUTPUT = join(root, 'dist', 'packages');

/** Versions stand in the one package.json of the repository, so that they cannot differ from what is tested. */
function manifestOf(name, own) {
  const { libs, packages, peers, styles, description } = LIBS[name];
  const known = { ...own.devDependencies, ...own.dependencies };
  const code = { types: './src/index.d.ts', default: './src/index.js' };
  return {
    name: `@holdfast/${name}`,
    version: own.version,
    description,
    license: own.license,
    type: 'module',
    exports: { '.': code, ...(styles === undefined ? {} : { './styles.css': styles }) },
    sideEffects: styles === undefined ? false : ['*.css'],
    dependencies: Object.fromEntries([
      ...libs.map((lib) => [`@holdfast/${lib}`, own.version]),
      ...packages.map((name) => [name, known[name]]),
    ]),
    ...(peers === undefined ? {} : { peerDependencies: peers }),
  };
}

function recorderManifest(own) {
  const pick = (names, range) => Object.fromEntries(names.map((name) => [name, range + own.dependencies[name]]));
  return {
    name: '@holdfast/slo-recorder',
    version: own.version,
    description: 'Counts what an SLO promises, in any Nest service, for the slo-service of Holdfast',
    license: own.license,
    type: 'module',
    engines: own.engines,
    exports: { '.': { types: './slo-recorder/src/index.d.ts', default: './slo-recorder/src/index.js' } },
    sideEffects: false,
    dependencies: pick(RECORDER.packages, ''),
    peerDependencies: pick(RECORDER.peers, '^'),
  };
}

async function mustRun(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Problem(`${args.join(' ')} failed:\n${output}`);
}

function mustCompile(lib) {
  return mustRun(process.execPath, ['node_modules/typescript/bin/tsc', '-p', `libs/${lib}/tsconfig.pack.json`], root);
}

function describe(folder, manifest, readme) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  if (readme !== undefined) cpSync(join(root, 'libs', readme, 'README.md'), join(folder, 'README.md'));
}

/** @returns its folder, ready for `npm pack` */
async function buildRecorder(own) {
  const folder = join(OUTPUT, 'slo-recorder');
  const compiled = join(OUTPUT, '.slo-recorder');
  await mustCompile('slo-recorder');
  const imported = new InlineLibs(compiled, folder).copy('slo-recorder/src/index');
  rmSync(compiled, { recursive: true });
  const missing = imported.filter((name) => ![...RECORDER.packages, ...RECORDER.peers].includes(name));
  if (missing.length > 0)
    throw new Problem(`slo-recorder imports ${missing.join(', ')}, which its package does not name`);
  describe(folder, recorderManifest(own), 'slo-recorder');
  return folder;
}

/** @returns their folders, lowest first, ready for `npm pack` */
async function buildLibs(own) {
  await mustCompile('react');
  return Object.keys(LIBS).map((name) => {
    const folder = join(OUTPUT, name);
    describe(folder, manifestOf(name, own), name === 'contracts' ? undefined : name);
    if (name === 'react') cpSync(join(root, 'libs/react/src/styles'), join(folder, 'src/styles'), { recursive: true });
    return folder;
  });
}

/** Builds the libraries into `dist/packages` and packs each; returns the paths of the tarballs, lowest first and slo-recorder last. */
export async function packLibs() {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [libs, recorder] = await Promise.all([buildLibs(own), buildRecorder(own)]);
  const folders = [...libs, recorder];
  await mustRun('npm', ['pack', '--silent', '--pack-destination', OUTPUT, ...folders], root);
  return folders.map((folder) => join(OUTPUT, `holdfast-${basename(folder)}-${own.version}.tgz`));
}
