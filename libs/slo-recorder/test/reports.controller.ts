import { Controller } from '@nestjs/common';
import { RPC, type SloReport } from '@holdfast/contracts';
import { RpcHandler, type RpcNameOf } from '@holdfast/redis';

/** Reports in the order in which they came. */
export const REPORTS: SloReport[] = [];

/** Stands where the slo-service would, and takes every report. */
@Controller()
export class ReportsController {}

const HANDLERS: Readonly<Record<string, (request: unknown) => object>> = {
  'slo.report': (request) => {
    REPORTS.push(request as SloReport);
    return { skewMs: 0, refused: {} };
  },
  'slo.status': () => ({ asOf: null, slos: [] }),
};

const isServed = (name: string): name is RpcNameOf<'rpc'> =>
  name in RPC && RPC[name as keyof typeof RPC].app === 'slo-service';

for (const name of Object.keys(RPC).filter(isServed)) {
  const value = HANDLERS[name] ?? (() => ({}));
  const descriptor = { value, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(ReportsController.prototype, name, descriptor);
  RpcHandler(name)(ReportsController.prototype, name, descriptor);
}
