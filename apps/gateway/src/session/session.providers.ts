import type { Provider } from '@nestjs/common';
import { Degradation } from './degradation.service.js';
import { EpochReader } from './epoch-reader.service.js';
import { Handshake } from './handshake.service.js';
import { LiveSessions } from './live-sessions.service.js';
import { OutputGateway } from './output.gateway.js';
import { ResumeGateway } from './resume.gateway.js';
import { SessionClock } from './session-clock.service.js';
import { SessionDrain } from './session-drain.service.js';
import { SessionGateway } from './session.gateway.js';
import { SessionGreeting } from './session-greeting.service.js';
import { SessionLifecycle } from './session-lifecycle.service.js';
import { SocketOutputs } from './socket-outputs.service.js';

export const sessionProviders: Provider[] = [
  Degradation,
  EpochReader,
  Handshake,
  LiveSessions,
  OutputGateway,
  ResumeGateway,
  SessionClock,
  SessionDrain,
  SessionGateway,
  SessionGreeting,
  SessionLifecycle,
  SocketOutputs,
];
