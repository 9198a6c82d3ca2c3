import type { LogEventType } from '@holdfast/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Thread } from './thread.js';

/** One entry of a thread's log; immutable, except that erasure blanks what a person wrote. */
@Unique('event_id_key', ['id'])
@Unique('event_client_key', ['threadId', 'senderId', 'clientId'])
@Index('event_target_idx', ['threadId', 'targetId', 'seq'], { where: 'target_id is not null' })
@Index('event_message_idx', ['threadId', 'seq'], { where: `type = 'message.sent'` })
@Index('event_sender_idx', ['senderId'], { where: 'sender_id is not null' })
@Index('event_search_idx', { synchronize: false })
@Entity({ schema: 'chat', name: 'event' })
export class Event {
  @ForeignKey(() => Thread, { name: 'event_thread_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'thread_id', primaryKeyConstraintName: 'event_pkey' })
  threadId!: string;

  /** Dense per thread, assigned under the lock of its row. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'event_pkey' })
  seq!: number;

  @Column('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  type!: LogEventType;

  @Column('uuid', { name: 'sender_id', nullable: true })
  senderId!: string | null;

  /** The sender's idempotency key: of a message, or of the command that edits or deletes one. */
  @Column('uuid', { name: 'client_id', nullable: true })
  clientId!: string | null;

  /** The message that an edit or deletion is about. */
  @Column('uuid', { name: 'target_id', nullable: true })
  targetId!: string | null;

  /** The run that answers a person's message, or that wrote an agent's. */
  @Column('uuid', { name: 'run_id', nullable: true })
  runId!: string | null;

  @Column('jsonb')
  data!: Record<string, unknown>;

  /** Tells a retry from a conflict; dropped with the body. */
  @Column('bytea', { name: 'body_hash', nullable: true })
  bodyHash!: Buffer | null;

  /** False once a later edit replaced this text. */
  @Column('boolean', { default: true })
  current!: boolean;

  @Column('smallint', { default: 1 })
  v!: number;

  @Column('timestamptz')
  at!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
