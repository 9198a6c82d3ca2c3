import type { Provider } from '@nestjs/common';
import { MessageAppender } from './message-appender.service.js';
import { MessageGateway } from './message.gateway.js';
import { MessageRate } from './message-rate.service.js';
import { MessageSender } from './message-sender.service.js';

export const messageProviders: Provider[] = [MessageAppender, MessageGateway, MessageRate, MessageSender];
