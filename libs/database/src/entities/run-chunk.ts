import type { Part } from '@holdfast/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Run } from './run.js';

/** A piece of streamed output at offset `off` within (run, attempt). */
@Entity({ schema: 'chat', name: 'run_chunk' })
export class RunChunk {
  @ForeignKey(() => Run, { name: 'run_chunk_run_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_chunk_pkey' })
  runId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'run_chunk_pkey' })
  attempt!: number;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'run_chunk_pkey' })
  off!: number;

  @Column('jsonb')
  parts!: Part[];
}
