import { Injectable } from '@nestjs/common';
import type { SloDefineResult } from '@holdfast/contracts';
import { formatOpenSlo, parseOpenSlo } from '@holdfast/openslo';
import { DefinitionsService } from './definitions.service.js';

/** Definitions as people write them: OpenSLO v1 YAML. */
@Injectable()
export class DefinitionDocuments {
  constructor(private readonly definitions: DefinitionsService) {}

  /** Takes all definitions of a document, or none if anything is wrong with it, or it is a dry run. */
  async define(yaml: string, options: { readonly isDryRun: boolean; readonly by: string }): Promise<SloDefineResult> {
    const { definitions, problems } = await parseOpenSlo(yaml);
    const isApplied = problems.length === 0 && !options.isDryRun;
    if (isApplied) await this.definitions.revise(definitions, options.by);
    const known = new Map((await this.definitions.current()).map(({ id, revision }) => [id, revision]));
    return {
      isApplied,
      definitions: definitions.map(({ id }) => ({ id, revision: known.get(id) ?? 0 })),
      problems: problems.map(({ line, column, path, rule, message }) => ({ line, column, path, rule, message })),
    };
  }

  async export(): Promise<string> {
    return await formatOpenSlo(await this.definitions.current());
  }
}
