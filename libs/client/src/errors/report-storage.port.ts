import type { ClientErrorReport } from '@holdfast/contracts';

/** Keeps reports that are not yet delivered. Each method rejects when the storage fails. */
export interface ReportStorage {
  load(): Promise<readonly ClientErrorReport[]>;
  put(report: ClientErrorReport): Promise<void>;
  remove(id: string): Promise<void>;
}
