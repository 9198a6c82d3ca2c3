import { Module } from '@nestjs/common';
import { TokenService } from './token.service.js';
import { UserDirectory } from './user-directory.service.js';

/** Who is calling: tokens and the users they stand for. */
@Module({ providers: [TokenService, UserDirectory], exports: [TokenService, UserDirectory] })
export class AuthModule {}
