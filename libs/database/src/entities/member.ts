import type { MemberRole } from '@holdfast/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { AppUser } from './app-user.js';
import { Thread } from './thread.js';

/** Who takes part in a thread. */
@Check('member_role_check', `role in ('owner', 'member')`)
@Index('member_user_idx', ['userId', 'threadId'])
@Entity({ schema: 'chat', name: 'member' })
export class Member {
  @ForeignKey(() => Thread, { name: 'member_thread_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'thread_id', primaryKeyConstraintName: 'member_pkey' })
  threadId!: string;

  @ForeignKey(() => AppUser, { name: 'member_user_fkey' })
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'member_pkey' })
  userId!: string;

  @Column('text')
  role!: MemberRole;

  @Column('timestamptz', { name: 'joined_at' })
  joinedAt!: Date;
}
