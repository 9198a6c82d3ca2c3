const LEVELS: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const NAMES = new Map(Object.entries(LEVELS).map(([name, level]) => [level, name]));
/** Fields that the prefix already says, or that only a log store needs. */
const SILENT = new Set([
  'level',
  'time',
  'msg',
  'pid',
  'hostname',
  'app',
  'instance',
  'instanceId',
  'err',
  'context',
  'traceId',
]);

export const WARNING = 40;

/** A line of an app's log for a terminal, and how important it is; what is not JSON counts as a warning. */
export interface LogLine {
  readonly level: number;
  readonly text: string;
}

/** Reads one line of pino JSON. */
export function readLogLine(line: string): LogLine {
  const entry = parse(line);
  if (entry === undefined) return { level: WARNING, text: line };
  const raw = entry['level'];
  const level = typeof raw === 'number' ? raw : (LEVELS[String(raw)] ?? WARNING);
  const fields = Object.entries(entry).filter(([name]) => !SILENT.has(name));
  const error = entry['err'] as { message?: string } | undefined;
  const parts = [
    (NAMES.get(level) ?? String(level)).toUpperCase().padEnd(5),
    typeof entry['msg'] === 'string' ? entry['msg'] : '',
    error?.message === undefined ? '' : `(${error.message})`,
    ...fields.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ];
  return { level, text: parts.filter((part) => part !== '').join(' ') };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
