import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { swcOptions } from './swc-options.js';

const LIBS = new URL('../../', import.meta.url);

function sourceOf(specifier, parentURL) {
  const alias = /^@holdfast\/([^/]+)$/.exec(specifier);
  if (alias) return new URL(`${alias[1]}/src/index.ts`, LIBS);
  if (!/^\.{1,2}\/.*\.js$/.test(specifier) || parentURL?.startsWith('file:') !== true) return undefined;
  for (const extension of ['.ts', '.tsx']) {
    const url = new URL(specifier.replace(/\.js$/, extension), parentURL);
    if (existsSync(url)) return url;
  }
  return undefined;
}

export async function resolve(specifier, context, next) {
  const url = sourceOf(specifier, context.parentURL);
  return url ? { url: url.href, format: 'module', shortCircuit: true } : next(specifier, context);
}

export async function load(url, context, next) {
  if (!/\.tsx?$/.test(url)) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { ...swcOptions, filename, swcrc: false });
  return { format: 'module', source: code, shortCircuit: true };
}
