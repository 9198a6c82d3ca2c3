import { Module } from '@nestjs/common';
import { Authenticator } from './authenticator.service.js';
import { ErasureHintController } from './erasure-hint.controller.js';
import { TokenService } from './token.service.js';
import { UserDirectory } from './user-directory.service.js';

/** Who is calling: tokens and the users they stand for. */
@Module({
  controllers: [ErasureHintController],
  providers: [Authenticator, TokenService, UserDirectory],
  exports: [Authenticator, TokenService, UserDirectory],
})
export class AuthModule {}
