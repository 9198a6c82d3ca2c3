import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cleanEnvironment, ManagedProcess } from '@holdfast/testing';
import { environmentOf, type Instruction, type Stage } from './dockerfile.js';
import { linkTree } from './link-tree.js';

/** Packages come from npm's cache where it has them, as from the cache mount of the Dockerfile. */
const BUILD_ENVIRONMENT = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

/** Instructions that change no file. */
const METADATA = new Set(['ENV', 'USER', 'EXPOSE', 'CMD', 'HEALTHCHECK', 'STOPSIGNAL']);

/**
 * Executes the steps of a Dockerfile in empty folders, one per stage, in place of an engine: what a step does not bring
 * along is not there. The base image is replaced by this machine's Node.
 */
export class ImageBuild {
  private readonly built = new Map<string, Promise<string>>();

  constructor(
    private readonly stages: readonly Stage[],
    /** What `docker build` sends. */
    private readonly context: string,
    private readonly folder: string,
  ) {}

  /** Working directory of a finished stage, as an absolute path; stages are built once, and side by side. */
  async workdir(target: string): Promise<string> {
    return join(await this.rootOf(target), this.workdirOf(target));
  }

  private rootOf(name: string): Promise<string> {
    const known = this.built.get(name);
    if (known !== undefined) return known;
    const root = this.build(name);
    this.built.set(name, root);
    return root;
  }

  private stage(name: string): Stage | undefined {
    return this.stages.find((stage) => stage.name === name);
  }

  private workdirOf(name: string): string {
    const stage = this.stage(name);
    if (stage === undefined) return '/';
    const own = stage.instructions.findLast((instruction) => instruction.name === 'WORKDIR')?.text;
    return own ?? this.workdirOf(stage.base);
  }

  private async build(name: string): Promise<string> {
    const stage = this.stage(name);
    if (stage === undefined) throw new Error(`The Dockerfile has no stage ${name}.`);
    const steps = stage.instructions.filter((instruction) => !METADATA.has(instruction.name));
    const origins = steps.flatMap(({ flags }) => flags['from'] ?? []).map((origin) => this.rootOf(origin));
    const isImage = this.stage(stage.base) === undefined;
    const [base] = await Promise.all([isImage ? undefined : this.rootOf(stage.base), ...origins]);
    if (base !== undefined && steps.length === 0) return base;
    const root = this.isShared(stage.base) ? join(this.folder, name) : (base ?? join(this.folder, name));
    mkdirSync(root, { recursive: true, mode: 0o755 });
    if (base !== undefined && base !== root) linkTree(base, root);
    const workdir = join(root, this.workdirOf(name));
    mkdirSync(workdir, { recursive: true, mode: 0o755 });
    for (const step of steps) {
      if (step.name === 'COPY') await this.copy(step, workdir);
      else if (step.name === 'RUN') await this.run(name, step.text, workdir);
      else if (step.name !== 'WORKDIR') throw new Error(`The test cannot execute ${step.name}.`);
    }
    return root;
  }

  /** Whether more than one stage begins with this one or takes files from it; a single one may go on in its folder. */
  private isShared(name: string): boolean {
    const users = this.stages.filter(
      ({ base, instructions }) => base === name || instructions.some(({ flags }) => flags['from'] === name),
    );
    return users.length > 1;
  }

  private async copy({ flags, text }: Instruction, workdir: string): Promise<void> {
    const paths = text.split(/\s+/);
    const target = join(workdir, paths.pop() ?? '');
    const origin = flags['from'] === undefined ? this.context : await this.rootOf(flags['from']);
    const isFolder = text.endsWith('/');
    mkdirSync(isFolder ? target : dirname(target), { recursive: true });
    for (const path of paths) linkTree(join(origin, path), isFolder ? join(target, basename(path)) : target);
  }

  private async run(stage: string, command: string, cwd: string): Promise<void> {
    const child = new ManagedProcess({
      name: `${stage}: ${command}`,
      command: '/bin/sh',
      args: ['-c', command],
      cwd,
      env: { ...cleanEnvironment(), ...BUILD_ENVIRONMENT, ...environmentOf(this.stages, stage) },
    });
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`${child.name} ended with ${String(code)}:\n${child.output()}`);
  }
}
