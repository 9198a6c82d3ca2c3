import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { RpcReply, RpcRequest } from '@holdfast/contracts';
import { RpcHandler } from '@holdfast/redis';
import { AlertClosing } from '../evaluate/alert-closing.service.js';
import { DefinitionDocuments } from './definition-documents.service.js';
import { DefinitionsService } from './definitions.service.js';

/** What SLOs there are. Each replica gets each change, and makes the same of it. */
@Controller()
export class DefinitionsController {
  constructor(
    private readonly documents: DefinitionDocuments,
    private readonly definitions: DefinitionsService,
    private readonly closing: AlertClosing,
  ) {}

  @RpcHandler('slo.define')
  define(@Payload() { yaml, isDryRun, by }: RpcRequest<'slo.define'>): Promise<RpcReply<'slo.define'>> {
    return this.documents.define(yaml, { isDryRun, by });
  }

  @RpcHandler('slo.export')
  async export(): Promise<RpcReply<'slo.export'>> {
    return { yaml: await this.documents.export() };
  }

  @RpcHandler('slo.remove')
  async remove(@Payload() { id, by }: RpcRequest<'slo.remove'>): Promise<RpcReply<'slo.remove'>> {
    await this.definitions.remove(id, by, (tx, definition) => this.closing.close(tx, definition));
    return {};
  }
}
