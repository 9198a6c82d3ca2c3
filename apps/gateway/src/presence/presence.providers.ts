import type { Provider } from '@nestjs/common';
import { Courtesy } from './courtesy.service.js';
import { DepartureNotices } from './departure-notices.service.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceNotifier } from './presence-notifier.service.js';
import { ReadGateway } from './read.gateway.js';
import { ReadMarks } from './read-marks.service.js';
import { Typing } from './typing.service.js';

export const presenceProviders: Provider[] = [
  Courtesy,
  DepartureNotices,
  PresenceGateway,
  PresenceNotifier,
  ReadGateway,
  ReadMarks,
  Typing,
];
