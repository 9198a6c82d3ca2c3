import { readdir, readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

interface ProcessTime {
  readonly parent: number;
  readonly ms: number;
}

/** CPU time that a process has used, in ms; 0 where the system does not tell it this way. */
export async function cpuTimeMs(pid: number): Promise<number> {
  return (await processTime(String(pid)))?.ms ?? 0;
}

/** {@link cpuTimeMs} of a process and its present children: Postgres has one for each connection. */
export async function familyCpuTimeMs(pid: number): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const times = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(processTime));
  const children = times.reduce((sum, time) => sum + (time?.parent === pid ? time.ms : 0), 0);
  return children + (await cpuTimeMs(pid));
}

async function processTime(pid: string): Promise<ProcessTime | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may contain spaces, the 2nd, 12th and 13th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = fields.slice(11, 13).map(Number);
    return { parent: Number(fields[1]), ms: ((user ?? 0) + (system ?? 0)) * TICK_MS };
  } catch {
    return undefined;
  }
}
