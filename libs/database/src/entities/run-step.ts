import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Run } from './run.js';

/** Result of one tool call, so that a later attempt does not call again. */
@Entity({ schema: 'chat', name: 'run_step' })
export class RunStep {
  @ForeignKey(() => Run, { name: 'run_step_run_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_step_pkey' })
  runId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'run_step_pkey' })
  step!: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'run_step_pkey' })
  tool!: string;

  @PrimaryColumn('text', { name: 'args_hash', primaryKeyConstraintName: 'run_step_pkey' })
  argsHash!: string;

  @Column('jsonb')
  result!: unknown;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
