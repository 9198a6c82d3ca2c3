import type * as z from 'zod/mini';

/** The deployment environments; they choose defaults and how strict boot is. */
export const ENVIRONMENTS = ['development', 'test', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a fallback may depend on. */
export interface FallbackContext {
  readonly environment: Environment;
  readonly app: string;
}

/** One environment variable: its name, rule, default and meaning. The reference table and `.env.example` derive from it. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodMiniType<T>;
  readonly summary: string;
  /** Text used when the variable is absent or empty; without it the variable is required. */
  readonly fallback?: string | ((context: FallbackContext) => string | undefined);
  /** How the default reads in the documentation when it is computed. */
  readonly fallbackText?: string;
  /** Absent is a valid value. */
  readonly optional?: boolean;
  /** Never printed, not even in an error. */
  readonly secret?: boolean;
}

/** Declares one variable; exists for type inference. */
export function variable<T>(declaration: Variable<T>): Variable<T> {
  return declaration;
}

/** Declares a variable that may be absent. */
export function optional<T>(declaration: Variable<T>): Variable<T | undefined> {
  return { ...declaration, optional: true };
}

export type Section = Readonly<Record<string, Variable<unknown>>>;

/** The parsed values of a section. */
export type SectionValues<S extends Section> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never };
