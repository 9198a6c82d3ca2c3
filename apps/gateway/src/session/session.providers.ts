import type { Provider } from '@nestjs/common';
import { ConnectionUptime } from './connection-uptime.service.js';
import { Degradation } from './degradation.service.js';
import { DrainOrder } from './drain/drain-order.service.js';
import { DrainPace } from './drain/drain-pace.service.js';
import { Farewell } from './drain/farewell.service.js';
import { SessionDrain } from './drain/session-drain.service.js';
import { EpochReader } from './epoch-reader.service.js';
import { Fleet } from './fleet.service.js';
import { Handshake } from './handshake.service.js';
import { IdleGateway } from './idle.gateway.js';
import { IdleSockets } from './idle-sockets.service.js';
import { LiveSessions } from './live-sessions.service.js';
import { LoadReport } from './load-report.service.js';
import { OutputGateway } from './output.gateway.js';
import { Rebalancer } from './rebalancer.service.js';
import { ResumeGateway } from './resume.gateway.js';
import { SessionClock } from './session-clock.service.js';
import { SessionGateway } from './session.gateway.js';
import { SessionGreeting } from './session-greeting.service.js';
import { SessionLifecycle } from './session-lifecycle.service.js';
import { SocketHandoff } from './socket-handoff.service.js';
import { SocketOutputs } from './socket-outputs.service.js';

export const sessionProviders: Provider[] = [
  ConnectionUptime,
  Degradation,
  DrainOrder,
  DrainPace,
  EpochReader,
  Farewell,
  Fleet,
  Handshake,
  IdleGateway,
  IdleSockets,
  LiveSessions,
  LoadReport,
  OutputGateway,
  Rebalancer,
  ResumeGateway,
  SessionClock,
  SessionDrain,
  SessionGateway,
  SessionGreeting,
  SessionLifecycle,
  SocketHandoff,
  SocketOutputs,
];
