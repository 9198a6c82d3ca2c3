import { Controller, Inject } from '@nestjs/common';
import type { RpcReply } from '@holdfast/contracts';
import { RpcHandler } from '@holdfast/redis';
import { IDENTITY, type Identity } from './identity.js';

/** Tells other apps that this service runs, and what it is. */
@Controller()
export class ServiceInfoController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @RpcHandler('service.info')
  info(): RpcReply<'service.info'> {
    return this.identity;
  }
}
