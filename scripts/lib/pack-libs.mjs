import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

async function packRecorder(own) {
  const folder = join(OUTPUT, 'slo-recorder');
  const compiled = join(OUTPUT, '.slo-recorder');
  await mustRun(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'libs/slo-recorder/tsconfig.pack.json'],
    root,
  );
  const imported = new InlineLibs(compiled, folder).copy('slo-recorder/src/index');
  rmSync(compiled, { recursive: true });
  const missing = imported.filter((name) => ![...RECORDER.packages, ...RECORDER.peers].includes(name));
  if (missing.length > 0)
    throw new Problem(`slo-recorder imports ${missing.join(', ')}, which its package does not name`);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(recorderManifest(own), null, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(root, 'libs/slo-recorder/README.md'), join(folder, 'README.md'));
  await mustRun('npm', ['pack', '--silent', '--pack-destination', OUTPUT], folder);
  return join(OUTPUT, `holdfast-slo-recorder-${own.version}.tgz`);
}

/** Builds the libraries into `dist/packages` and packs each; returns the paths of the tarballs, lowest first and slo-recorder last. */
export async function packLibs() {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  await mustRun(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'libs/react/tsconfig.pack.json'], root);
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const tarballs = [];
  for (const name of Object.keys(LIBS)) {
    const folder = join(OUTPUT, name);
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(name, own), null, 2)}\n`);
    cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    if (name !== 'contracts') cpSync(join(root, 'libs', name, 'README.md'), join(folder, 'README.md'));
    if (name === 'react') cpSync(join(root, 'libs/react/src/styles'), join(folder, 'src/styles'), { recursive: true });
    await mustRun('npm', ['pack', '--silent', '--pack-destination', OUTPUT], folder);
    tarballs.push(join(OUTPUT, `holdfast-${name}-${own.version}.tgz`));
  }
  return [...tarballs, await packRecorder(own)];
}
