import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { cleanEnvironment } from './clean-environment.js';
import { repositoryRoot } from './repository.js';

const run = promisify(execFile);

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Own arguments: those of the package switch web security off and use a single process. */
const ARGS = [
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-sync',
  '--no-first-run',
];

/** Unpacked by a process of its own, because the package writes into the temporary folder and trusts what lies there. */
const UNPACK = "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())";

interface Packaged {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

async function packagedBrowser(): Promise<Packaged> {
  const root = repositoryRoot();
  const manifest = JSON.parse(await readFile(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(root, '.holdfast', `chromium-${manifest.version}`);
  if (!existsSync(folder)) {
    await mkdir(join(root, '.holdfast'), { recursive: true });
    const draft = await mkdtemp(`${folder}.`);
    await run(process.execPath, ['--input-type=module', '-e', UNPACK], {
      cwd: root,
      env: { ...cleanEnvironment(), TMPDIR: draft },
    });
    await writeFile(join(draft, 'fonts.conf'), fontConfiguration(folder));
    // Of two processes that unpack at once, the second finds the folder taken and uses it.
    await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  }
  return { executablePath: join(folder, 'chromium'), env: { FONTCONFIG_FILE: join(folder, 'fonts.conf') } };
}

/** The same letters on every machine: the font of the package first, the system's for what it lacks. */
function fontConfiguration(folder: string): string {
  const prefer = (family: string, font: string) =>
    `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  return [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    `<dir>${folder}/fonts/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/font-cache</cachedir>`,
    ...['sans-serif', 'system-ui', 'serif'].map((family) => prefer(family, 'Open Sans')),
    prefer('monospace', 'DejaVu Sans Mono'),
    '</fontconfig>',
  ].join('\n');
}

/** A headless Chromium: the system's, else the one that npm installed. Close it yourself. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const system = SYSTEM_BROWSERS.find((path) => existsSync(path));
  const { executablePath, env } = system === undefined ? await packagedBrowser() : { executablePath: system, env: {} };
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    args: [...ARGS, ...(isRoot ? ['--no-sandbox'] : [])],
    env: { ...cleanEnvironment(), ...env },
    timeout: 30_000,
  });
}
