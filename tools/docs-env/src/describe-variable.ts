import type { Variable } from '@holdfast/config';
import * as z from 'zod/mini';

/** What the documents say of one variable. */
export interface VariableFacts {
  readonly name: string;
  readonly summary: string;
  /** Accepted values in words; empty if any text is. */
  readonly values: string;
  /** The default as text, or undefined if there is none. */
  readonly fallback: string | undefined;
  readonly required: boolean;
  readonly secret: boolean;
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function valuesOf(schema: z.ZodMiniType): string {
  const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }) as JsonSchema;
  if (json.enum !== undefined) return json.enum.join(', ');
  if (json.minimum !== undefined && json.maximum !== undefined) {
    return `${String(json.minimum)} to ${String(json.maximum)}`;
  }
  const input = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
  return input.enum?.join(', ') ?? '';
}

/** The facts of a declaration. Defaults that depend on the environment read as their author wrote them down. */
export function describeVariable(variable: Variable<unknown>): VariableFacts {
  const { name, summary, fallback, fallbackText, optional, secret } = variable;
  const text = fallbackText ?? (typeof fallback === 'string' ? fallback : undefined);
  return {
    name,
    summary,
    values: valuesOf(variable.schema),
    fallback: text === '' ? undefined : text,
    required: fallback === undefined && optional !== true,
    secret: secret === true,
  };
}
