/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  /** `--from=build` as `{ from: 'build' }`; of a repeated flag the last one. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the flags, variables of the file replaced. */
  readonly text: string;
}

/** One `FROM … AS name` and what belongs to it. */
export interface Stage {
  readonly name: string;
  /** Another stage, or an image of a registry. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

function logicalLines(source: string): string[] {
  return source
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
}

function parseLine(line: string): Instruction {
  const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
  if (name === '') throw new Error(`This is no instruction: ${line}`);
  const flags: Record<string, string> = {};
  let text = rest.trim();
  for (
    let flag = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(text);
    flag !== null;
    flag = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(text)
  ) {
    flags[flag[1] ?? ''] = flag[2] ?? '';
    text = text.slice(flag[0].length);
  }
  return { name, flags, text };
}

/** The stages of a Dockerfile, in their order. Knows the forms that ours uses: no here-documents, one ARG block on top. */
export function parseDockerfile(source: string): readonly Stage[] {
  const args = new Map<string, string>();
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of logicalLines(source).map(parseLine)) {
    const { name, text } = instruction;
    const last = stages.at(-1);
    if (name === 'FROM') {
      const [, image = '', stage = ''] = /^(\S+)\s+AS\s+(\S+)$/.exec(text) ?? [];
      const base = image.replaceAll(/\$\{(\w+)\}/g, (_match, variable: string) => args.get(variable) ?? '');
      stages.push({ name: stage, base, instructions: [] });
    } else if (last !== undefined) last.instructions.push(instruction);
    else if (name === 'ARG') args.set(text.split('=')[0] ?? '', text.split('=').slice(1).join('='));
    else throw new Error(`${name} stands before the first FROM.`);
  }
  return stages;
}

/** The stage itself and what it is based on, the oldest first. */
export function lineage(stages: readonly Stage[], name: string): readonly Stage[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage === undefined ? [] : [...lineage(stages, stage.base), stage];
}

/** The last `name` that holds for a target, inherited ones included. */
export function lastOf(stages: readonly Stage[], target: string, name: string): Instruction | undefined {
  return lineage(stages, target)
    .flatMap(({ instructions }) => instructions)
    .findLast((instruction) => instruction.name === name);
}

/** The exec form `["node", "main.js"]` of CMD and HEALTHCHECK. */
export function execForm(text: string): readonly string[] {
  const parsed: unknown = JSON.parse(text.replace(/^CMD\s+/, ''));
  if (!Array.isArray(parsed) || !parsed.every((part) => typeof part === 'string'))
    throw new Error(`No exec form: ${text}`);
  return parsed;
}

/** What ENV sets for a target. */
export function environmentOf(stages: readonly Stage[], target: string): Readonly<Record<string, string>> {
  const pairs = lineage(stages, target)
    .flatMap(({ instructions }) => instructions)
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ text }) => text.split(/\s+/))
    .map((pair): [string, string] => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]);
  return Object.fromEntries(pairs);
}
