import { Problem } from './terminal.mjs';

/** @throws Problem where the servers that npm start brings along do not run. */
export function requirePlatform(platform = process.platform) {
  if (platform === 'linux' || platform === 'darwin') return;
  const remedy = platform === 'win32' ? 'start it inside WSL 2, https://aka.ms/wsl' : 'use Linux or macOS';
  throw new Problem(`Holdfast does not run on ${platform === 'win32' ? 'Windows itself' : platform}: ${remedy}.`);
}
