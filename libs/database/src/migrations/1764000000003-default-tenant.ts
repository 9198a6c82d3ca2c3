import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DEFAULT_TENANT_ID, DEFAULT_TENANT_SLUG, GUIDE_AGENT_ID } from '../seed.js';

const TOOLS = JSON.stringify({ tools: ['system.status', 'thread.search'] });
const DESCRIPTION = 'Answers questions about Holdfast and about this installation.';

/** The tenant `default` with its agent `guide`, so that a fresh installation can talk. */
export class DefaultTenant1764000000003 implements MigrationInterface {
  readonly name = 'DefaultTenant1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('insert into chat.tenant (id, slug, name) values ($1, $2, $3)', [
      DEFAULT_TENANT_ID,
      DEFAULT_TENANT_SLUG,
      'Default',
    ]);
    await runner.query(
      `insert into chat.app_user (id, tenant_id, subject, name, kind) values ($1, $2, 'agent:guide', 'guide', 'agent')`,
      [GUIDE_AGENT_ID, DEFAULT_TENANT_ID],
    );
    await runner.query(
      `insert into chat.agent (user_id, description, provider, config) values ($1, $2, 'guide', $3::jsonb)`,
      [GUIDE_AGENT_ID, DESCRIPTION, TOOLS],
    );
  }

  /** Takes only the seed itself; with conversations in place the references refuse, rather than lose them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from chat.agent where user_id = $1', [GUIDE_AGENT_ID]);
    await runner.query('delete from chat.app_user where id = $1', [GUIDE_AGENT_ID]);
    await runner.query('delete from chat.tenant where id = $1', [DEFAULT_TENANT_ID]);
  }
}
