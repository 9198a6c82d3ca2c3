import type { RunRetryMode, RunStatus, WireError } from '@holdfast/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Agent } from './agent.js';
import { Thread } from './thread.js';

/** One agent execution that answers a message; the row is the outbox of its doorbell. */
@Check('run_status_check', `status in ('queued', 'running', 'completed', 'failed', 'cancelled')`)
@Check('run_mode_check', `mode in ('answer', 'regenerate', 'continue')`)
@Index('run_running_key', ['threadId'], { unique: true, where: `status = 'running'` })
@Index('run_queued_key', ['threadId'], { unique: true, where: `status = 'queued'` })
@Index('run_command_key', ['threadId', 'commandId'], { unique: true })
@Index('run_live_idx', ['createdAt'], { where: `status in ('queued', 'running')` })
@Entity({ schema: 'chat', name: 'run' })
export class Run {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'run_pkey' })
  id!: string;

  @ForeignKey(() => Thread, { name: 'run_thread_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'thread_id' })
  threadId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @ForeignKey(() => Agent, { name: 'run_agent_fkey' })
  @Column('uuid', { name: 'agent_id' })
  agentId!: string;

  @Column('uuid', { name: 'trigger_event_id' })
  triggerEventId!: string;

  @Column('text')
  status!: RunStatus;

  @Column('text', { default: 'answer' })
  mode!: 'answer' | RunRetryMode;

  /** A higher attempt fences every lower one; 0 = never claimed. */
  @Column('integer', { default: 0 })
  attempt!: number;

  /** Attempts that lost their worker: neither ended the run nor gave it back. */
  @Column('integer', { name: 'lost_attempts', default: 0 })
  lostAttempts!: number;

  /** Newest seq that the answer covers; null until the first claim. */
  @Column('bigint', { name: 'input_seq', nullable: true })
  inputSeq!: number | null;

  /** Committed output of the current attempt, in offset units. */
  @Column('integer', { default: 0 })
  length!: number;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('text', { name: 'lease_owner', nullable: true })
  leaseOwner!: string | null;

  @Column('timestamptz', { name: 'cancel_at', nullable: true })
  cancelAt!: Date | null;

  @Column('uuid', { name: 'retry_of', nullable: true })
  retryOf!: string | null;

  @Column('uuid', { name: 'command_id', nullable: true })
  commandId!: string | null;

  /** The message that keeps the text, once ended. */
  @Column('uuid', { name: 'message_id', nullable: true })
  messageId!: string | null;

  @Column('jsonb', { nullable: true })
  error!: WireError | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** When the answer before it in its thread ended; null if none was in its way. */
  @Column('timestamptz', { name: 'ready_at', nullable: true })
  readyAt!: Date | null;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
