import { Controller } from '@nestjs/common';
import { RPC } from '@holdfast/contracts';
import { isRpcName } from '../src/rpc/assert-rpc-handlers.js';
import { RpcHandler, type RpcNameOf } from '../src/rpc/rpc.decorators.js';

/** Stands in for every handler of the slo-service but `service.info`, as an app has to have all of its own. */
@Controller()
export class OtherHandlersController {}

const isOther = (name: string): name is RpcNameOf<'rpc'> =>
  isRpcName(name) && RPC[name].app === 'slo-service' && name !== 'service.info';

for (const name of Object.keys(RPC).filter(isOther)) {
  const descriptor = { value: () => ({}), configurable: true, enumerable: true, writable: true };
  Object.defineProperty(OtherHandlersController.prototype, name, descriptor);
  RpcHandler(name)(OtherHandlersController.prototype, name, descriptor);
}
