import { ConfigError } from './config.errors.js';
import { SECTIONS, type Config } from './config.js';
import { crossChecks } from './cross-checks.js';
import { ENVIRONMENTS, type Environment, type FallbackContext, type Section, type Variable } from './variable.js';

type Env = Readonly<Record<string, string | undefined>>;

interface Outcome {
  readonly value?: unknown;
  readonly problem?: string;
}

function read(variable: Variable<unknown>, env: Env, context: FallbackContext): Outcome {
  const given = env[variable.name];
  const fallback = typeof variable.fallback === 'function' ? variable.fallback(context) : variable.fallback;
  const raw = given === undefined || given === '' ? fallback : given;
  if (raw === undefined) {
    return variable.optional === true ? { value: undefined } : { problem: `${variable.name} is required.` };
  }
  const parsed = variable.schema.safeParse(raw);
  if (parsed.success) return { value: parsed.data };
  const rule = parsed.error.issues.map((issue) => issue.message).join(', ');
  const shown = variable.secret === true ? '' : `, not ${JSON.stringify(raw)}`;
  return { problem: `${variable.name} ${rule}${shown}.` };
}

function environmentOf(env: Env): Environment {
  return ENVIRONMENTS.find((name) => name === env['HOLDFAST_ENV']) ?? 'development';
}

type SectionName = keyof Config;

interface Parsed {
  readonly config: Config;
  /** One sentence per invalid variable, by its name. */
  readonly problems: ReadonlyMap<string, string>;
}

function parse(names: readonly string[], app: string, env: Env): Parsed {
  const context: FallbackContext = { environment: environmentOf(env), app };
  const problems = new Map<string, string>();
  const sections: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [sectionName, section] of Object.entries<Section>(SECTIONS)) {
    if (!names.includes(sectionName)) continue;
    const values: Record<string, unknown> = {};
    for (const [key, variable] of Object.entries(section)) {
      const { value, problem } = read(variable, env, context);
      if (problem === undefined) values[key] = value;
      else problems.set(variable.name, problem);
    }
    sections[sectionName] = Object.freeze(values);
  }
  return { config: Object.freeze(sections) as unknown as Config, problems };
}

/**
 * Parses the configuration of `app` from `env`.
 * @throws ConfigError that lists every invalid variable and every contradiction at once.
 */
export function loadConfig(app: string, env: Env = process.env): Config {
  const { config, problems } = parse(Object.keys(SECTIONS), app, env);
  const all = [...problems.values(), ...crossChecks(app, config, new Set(problems.keys()))];
  if (all.length > 0) throw new ConfigError(all);
  return config;
}

/**
 * Parses some sections only, for a tool that has no need of the others.
 * @throws ConfigError that lists every invalid variable of these sections at once.
 */
export function loadSections<K extends SectionName>(names: readonly K[], env: Env = process.env): Pick<Config, K> {
  const { config, problems } = parse(names, 'cli', env);
  if (problems.size > 0) throw new ConfigError([...problems.values()]);
  return config;
}

/** The environment to hand to a child process. */
export function inheritedEnvironment(): Env {
  return { ...process.env };
}
