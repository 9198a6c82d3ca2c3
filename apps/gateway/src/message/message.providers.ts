import type { Provider } from '@nestjs/common';
import { appendBatcherProvider } from './append-batcher.provider.js';
import { MessageGateway } from './message.gateway.js';
import { MessageRate } from './message-rate.service.js';
import { MessageSender } from './message-sender.service.js';

export const messageProviders: Provider[] = [appendBatcherProvider, MessageGateway, MessageRate, MessageSender];
