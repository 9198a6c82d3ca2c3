/** One option of a command. */
export interface OptionSpec {
  readonly summary: string;
  /** How its value reads in the help. */
  readonly value: string;
  readonly required?: boolean;
}

/** What a command was called with: texts, not yet judged. */
export interface CommandInput {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
}

/** The world of a command. Results go to `out`, so that they can be piped; everything else to `note`. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (line: string) => void;
  readonly note: (line: string) => void;
}

/** One command of `holdfast`. */
export interface Command {
  /** As it is typed, such as `tenant create`. */
  readonly path: string;
  readonly summary: string;
  /** Names of the positional arguments, all required. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Environment variables it reads. */
  readonly environment: readonly string[];
  readonly run: (input: CommandInput, context: CommandContext) => Promise<void>;
}
