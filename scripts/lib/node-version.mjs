import { Problem } from './terminal.mjs';

const OLDEST = [20, 19];

/** @throws Problem when this Node is too old for the packages. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Problem(
    `Holdfast needs Node ${OLDEST.join('.')} or newer and this is ${version}: install one from https://nodejs.org and start again.`,
  );
}
