import { Module } from '@nestjs/common';
import { Database } from '@holdfast/database';
import { SystemStatusReader } from '@holdfast/scaling';
import { WORKER_CONFIG, type WorkerConfig } from '../config.token.js';
import { AgentRegistry } from './agent-registry.js';
import { AnswerWriter } from './guide/answer-writer.js';
import { KNOWLEDGE } from './guide/docs/knowledge.js';
import { loadDocs } from './guide/docs/load-docs.js';
import { GuideAgent } from './guide/guide.agent.js';
import { OpenaiAgent } from './openai/openai.agent.js';
import { searchThread } from './tools/search-thread.js';
import { SystemStatusTool } from './tools/system-status.tool.js';
import { ThreadSearchTool } from './tools/thread-search.tool.js';
import type { Tool } from './tools/tool.port.js';

function registry(config: WorkerConfig, status: SystemStatusReader, database: Database): AgentRegistry {
  const tools: Tool[] = [
    new SystemStatusTool(() => status.read()),
    new ThreadSearchTool((scope, args) => searchThread(database, scope, args)),
  ];
  const writer = new AnswerWriter(KNOWLEDGE, loadDocs(import.meta.dirname));
  return new AgentRegistry([
    new GuideAgent({ writer, tools, tokensPerS: config.guideTokensPerS }),
    new OpenaiAgent({ tools, historyTokens: config.historyTokens }),
  ]);
}

/** Every agent that this build can execute, and every tool that one may be allowed. */
@Module({
  providers: [{ provide: AgentRegistry, inject: [WORKER_CONFIG, SystemStatusReader, Database], useFactory: registry }],
  exports: [AgentRegistry],
})
export class AgentsModule {}
