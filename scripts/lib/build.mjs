import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { Problem, step } from './terminal.mjs';

const NEST_BUILDS = { gateway: 'apps', 'agent-worker': 'apps', 'slo-service': 'apps', stack: 'tools', cli: 'tools' };
const COMMON = ['package-lock.json', 'tsconfig.json', 'tsconfig.web.json', 'nest-cli.json'];
const STAMPS = 'dist/.stamps';
const PARALLEL = 2;

/** What can be built, where from and how. Builds translate only (noCheck): `npm run check` is what checks types. */
const PROJECTS = [
  ...Object.entries(NEST_BUILDS).map(([name, parent]) => ({
    name,
    source: `${parent}/${name}`,
    output: `dist/${parent}/${name}`,
    entry: `dist/${parent}/${name}/${parent}/${name}/src/main.js`,
    tsconfig: `${STAMPS}/${name}.tsconfig.json`,
    command: ['node_modules/@nestjs/cli/bin/nest.js', 'build', name, '--path', `${STAMPS}/${name}.tsconfig.json`],
  })),
  {
    name: 'web',
    source: 'apps/web',
    output: 'dist/apps/web',
    entry: 'dist/apps/web/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', 'apps/web', '--logLevel', 'warn'],
  },
];

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path);
    return /\.(int-|e2e-)?spec\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

/** Files of a project and of every lib that it reaches by imports. */
function inputsOf(project) {
  const files = filesUnder(project.source);
  const libs = new Set();
  for (let i = 0; i < files.length; i += 1) {
    if (!/\/src\/.*\.tsx?$/.test(files[i])) continue;
    for (const [, lib] of readFileSync(join(root, files[i]), 'utf8').matchAll(/['"]@holdfast\/([\w-]+)['"]/g)) {
      if (libs.has(lib)) continue;
      libs.add(lib);
      files.push(...filesUnder(`libs/${lib}`));
    }
  }
  return [...COMMON, ...files].filter((file) => existsSync(join(root, file))).sort();
}

function fingerprint(project) {
  const hash = createHash('sha256').update(project.command.join(' '));
  for (const file of inputsOf(project)) {
    const { mtimeMs, size } = statSync(join(root, file));
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}

const stampOf = (project) => join(root, STAMPS, project.name);

/** Names every source to the compiler, so that it follows no import: types of packages would take half of its time. */
function writeTsconfig(project) {
  const content = {
    extends: `../../${project.source}/tsconfig.app.json`,
    compilerOptions: { noResolve: true, types: [] },
    include: [],
    files: inputsOf(project)
      .filter((file) => /\/src\/.*\.ts$/.test(file))
      .map((file) => `../../${file}`),
  };
  writeFileSync(join(root, project.tsconfig), JSON.stringify(content));
}

function isStale(project, print) {
  const stamp = stampOf(project);
  return !existsSync(join(root, project.entry)) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== print;
}

async function build(project, stream) {
  const print = fingerprint(project);
  await step(
    `Building ${project.name}`,
    async () => {
      rmSync(stampOf(project), { force: true });
      rmSync(join(root, project.output), { recursive: true, force: true });
      mkdirSync(join(root, STAMPS), { recursive: true });
      if (project.tsconfig !== undefined) writeTsconfig(project);
      const { code, output } = await run(process.execPath, project.command, { cwd: root });
      if (code !== 0)
        throw new Problem(`${project.name} does not compile: correct the errors below and start again.\n${output}`);
      // package.json names it as a `bin`: npx runs the file itself.
      if (project.name === 'cli') chmodSync(join(root, project.entry), 0o755);
      writeFileSync(stampOf(project), print);
    },
    stream,
  );
}

/** Builds what is missing or older than its sources; `names` limits it to some projects. */
export async function buildStale(stream = process.stdout, names = PROJECTS.map((project) => project.name)) {
  const waiting = PROJECTS.filter((project) => names.includes(project.name) && isStale(project, fingerprint(project)));
  const lane = async () => {
    for (let project = waiting.shift(); project; project = waiting.shift()) {
      try {
        await build(project, stream);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  // Both lanes come to rest before a failure is told, so that nothing runs on behind the message.
  const ends = await Promise.allSettled(Array.from({ length: PARALLEL }, lane));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}
