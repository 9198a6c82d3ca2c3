import type { UserKind } from '@holdfast/contracts';
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Tenant } from './tenant.js';

/** A person, a guest or an agent. */
@Unique('app_user_subject_key', ['tenantId', 'subject'])
@Check('app_user_kind_check', `kind in ('human', 'guest', 'agent')`)
@Entity({ schema: 'chat', name: 'app_user' })
export class AppUser {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'app_user_pkey' })
  id!: string;

  @ForeignKey(() => Tenant, { name: 'app_user_tenant_fkey' })
  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** `sub` of the token; unique within the tenant. */
  @Column('text')
  subject!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: UserKind;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
