import { Controller } from '@nestjs/common';
import type { RpcRequest } from '@holdfast/contracts';
import { HintHandler } from '@holdfast/redis';
import { UserDirectory } from './user-directory.service.js';

/** Takes the hint that a user was erased on another gateway; without it the cached row expires by itself. */
@Controller()
export class ErasureHintController {
  constructor(private readonly users: UserDirectory) {}

  @HintHandler('user.erased')
  erased({ userId }: RpcRequest<'user.erased'>): void {
    this.users.forget(userId);
  }
}
