import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { AppUser } from './app-user.js';

/** How an agent is reached and what it may do; its user row carries name and tenant. */
@Check('agent_provider_check', `provider in ('guide', 'openai')`)
@Entity({ schema: 'chat', name: 'agent' })
export class Agent {
  @ForeignKey(() => AppUser, { name: 'agent_user_fkey' })
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'agent_pkey' })
  userId!: string;

  @Column('text', { default: '' })
  description!: string;

  @Column('text')
  provider!: string;

  /** Never holds a secret, only the name of one. */
  @Column('jsonb', { default: {} })
  config!: Record<string, unknown>;
}
