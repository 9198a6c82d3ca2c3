import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Problem } from './terminal.mjs';

/** Ends this script like one that a signal ended. */
class Interrupted extends Problem {
  constructor(signal) {
    super(`Stopped by ${signal}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs a program and resolves with `{code, output}`. Signals that reach this process are passed on, and the program is
 * gone before this function returns. `show` lets its output through; else it is kept.
 */
export function run(command, args, { cwd, env, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    let interrupted;
    const pass = (signal) => {
      interrupted = signal;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const finish = (settle) => {
      for (const signal of signals) process.off(signal, pass);
      if (interrupted) reject(new Interrupted(interrupted));
      else settle();
    };
    child.once('error', (error) => finish(() => reject(error)));
    child.once('close', (code, signal) => {
      finish(() =>
        resolve({ code: code ?? 128 + constants.signals[signal], output: Buffer.concat(output).toString() }),
      );
    });
  });
}
