import { ClientErrorReport } from '@holdfast/contracts';
import { DeviceDatabase } from '../support/device-database.js';
import type { ReportStorage } from './report-storage.port.js';

/** {@link ReportStorage} on the device, apart from what belongs to a person. */
export function indexedDbReportStorage(): ReportStorage {
  const database = new DeviceDatabase('errors');
  return {
    load: async () => {
      const reports: ClientErrorReport[] = [];
      for (const value of await database.all('errors')) {
        const report = ClientErrorReport.safeParse(value);
        if (report.success) reports.push(report.data);
        else await database.remove('errors', (value as { readonly id: string }).id);
      }
      return reports;
    },
    put: (report) => database.put('errors', report),
    remove: (id) => database.remove('errors', id),
  };
}
