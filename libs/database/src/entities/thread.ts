import type { AgentMode } from '@holdfast/contracts';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Agent } from './agent.js';
import { Tenant } from './tenant.js';

/** A conversation; locking its row orders everything that is written to it. */
@Check('thread_agent_mode_check', `agent_mode in ('auto', 'every', 'mention', 'off')`)
@Entity({ schema: 'chat', name: 'thread' })
export class Thread {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'thread_pkey' })
  id!: string;

  @ForeignKey(() => Tenant, { name: 'thread_tenant_fkey' })
  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  title!: string;

  @ForeignKey(() => Agent, { name: 'thread_agent_fkey' })
  @Column('uuid', { name: 'agent_id', nullable: true })
  agentId!: string | null;

  @Column('text', { name: 'agent_mode', default: 'auto' })
  agentMode!: AgentMode;

  /** Seq of the newest event. */
  @Column('bigint', { default: 0 })
  head!: number;

  /** Grows with every change of the members; room names carry it. */
  @Column('integer', { name: 'member_version', default: 1 })
  memberVersion!: number;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'active_at' })
  activeAt!: Date;

  @Column('timestamptz', { name: 'archived_at', nullable: true })
  archivedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
