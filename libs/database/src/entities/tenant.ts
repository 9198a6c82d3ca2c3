import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An isolated customer; every row belongs to one. */
@Unique('tenant_slug_key', ['slug'])
@Entity({ schema: 'chat', name: 'tenant' })
export class Tenant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tenant_pkey' })
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
