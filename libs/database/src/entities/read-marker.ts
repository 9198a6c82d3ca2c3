import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { AppUser } from './app-user.js';
import { Thread } from './thread.js';

/** How far a member has read; it only grows. */
@Entity({ schema: 'chat', name: 'read_marker' })
export class ReadMarker {
  @ForeignKey(() => Thread, { name: 'read_marker_thread_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'thread_id', primaryKeyConstraintName: 'read_marker_pkey' })
  threadId!: string;

  @ForeignKey(() => AppUser, { name: 'read_marker_user_fkey' })
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'read_marker_pkey' })
  userId!: string;

  @Column('bigint')
  seq!: number;

  @Column('timestamptz', { name: 'marked_at' })
  markedAt!: Date;
}
