import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A shell that outlives this process by a moment. Its standard input is a pipe that only this process holds, so it ends
 * even when this process is killed with SIGKILL; what is still registered then is stopped: apps first, servers after
 * them, and temporary folders last.
 */
const SCRIPT = `
trap '' INT TERM HUP
apps= servers=
without() { kept=; for p in $2; do [ "$p" = "$1" ] || kept="$kept $p"; done; }
while read -r verb value; do
  case $verb in
    app) apps="$apps $value" ;;
    server) servers="$servers $value" ;;
    folder) set -- "$@" "$value" ;;
    gone) without "$value" "$apps"; apps=$kept; without "$value" "$servers"; servers=$kept ;;
  esac
done
alive() { for p in $1; do kill -0 "$p" 2>/dev/null && return 0; done; return 1; }
stop() {
  for p in $1; do kill -"$2" "$p" 2>/dev/null; done
  n=0; while alive "$1" && [ $n -lt 60 ]; do sleep 0.1; n=$((n+1)); done
  for p in $1; do kill -KILL -"$p" 2>/dev/null || kill -KILL "$p" 2>/dev/null; done
}
stop "$apps" TERM
stop "$servers" INT
[ $# -eq 0 ] || rm -rf -- "$@"
`;

let shell: ChildProcess | undefined;
const registered = new Set<number>();

function tell(line: string): void {
  if (shell === undefined) {
    shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    shell.unref();
    shell.on('error', () => undefined);
    shell.stdin?.on('error', () => undefined);
    // A pipe of the guard must not keep a finished process alive.
    (shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  shell.stdin?.write(`${line}\n`);
}

/** Ensures that a child does not outlive this process; `kind` decides the order of the end. */
export function guardProcess(pid: number, kind: 'app' | 'server'): void {
  registered.add(pid);
  tell(`${kind} ${String(pid)}`);
}

/** Takes back {@link guardProcess}; call it as soon as the child has exited. */
export function releaseProcess(pid: number): void {
  if (!registered.delete(pid)) return;
  tell(`gone ${String(pid)}`);
}

/** Ensures that a temporary folder is removed after the servers have stopped. */
export function guardFolder(path: string): void {
  tell(`folder ${path}`);
}
