import { readdir, readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

interface ProcessTime {
  readonly parent: number;
  readonly ms: number;
  /** Of children that have ended. */
  readonly endedMs: number;
}

/** CPU time that a process has used, in ms; 0 where the system does not tell it this way. */
export async function cpuTimeMs(pid: number): Promise<number> {
  return (await processTime(String(pid)))?.ms ?? 0;
}

/** {@link cpuTimeMs} of a process and its children, those that have ended too: Postgres has one for each connection. */
export async function familyCpuTimeMs(pid: number): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const times = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(processTime));
  const children = times.reduce((sum, time) => sum + (time?.parent === pid ? time.ms : 0), 0);
  const own = await processTime(String(pid));
  return children + (own?.ms ?? 0) + (own?.endedMs ?? 0);
}

async function processTime(pid: string): Promise<ProcessTime | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may contain spaces, the 2nd and the 12th to 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ms: (user + system) * TICK_MS, endedMs: (endedUser + endedSystem) * TICK_MS };
  } catch {
    return undefined;
  }
}
