import { ChatSchema1764000000000 } from './1764000000000-chat-schema.js';
import { TextFunctions1764000000001 } from './1764000000001-text-functions.js';
import { AppendV11764000000002 } from './1764000000002-append-v1.js';
import { DefaultTenant1764000000003 } from './1764000000003-default-tenant.js';
import { CommitChunksV11764000000004 } from './1764000000004-commit-chunks-v1.js';
import { ClientErrors1764000000005 } from './1764000000005-client-errors.js';
import { HealthProbe1764000000006 } from './1764000000006-health-probe.js';
import { HealthHistory1764000000007 } from './1764000000007-health-history.js';
import { ShutdownHistory1764000000008 } from './1764000000008-shutdown-history.js';
import { Slo1764000000009 } from './1764000000009-slo.js';
import { ReleaseIsFinal1764000000010 } from './1764000000010-release-is-final.js';
import { DeliveryGroups1764000000011 } from './1764000000011-delivery-groups.js';
import { OverdueRuns1764000000012 } from './1764000000012-overdue-runs.js';
import { SloHourVersion1764000000013 } from './1764000000013-slo-hour-version.js';
import { DeliveryTurns1764000000014 } from './1764000000014-delivery-turns.js';
import { RunReady1764000000016 } from './1764000000016-run-ready.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  ChatSchema1764000000000,
  TextFunctions1764000000001,
  AppendV11764000000002,
  DefaultTenant1764000000003,
  CommitChunksV11764000000004,
  ClientErrors1764000000005,
  HealthProbe1764000000006,
  HealthHistory1764000000007,
  ShutdownHistory1764000000008,
  Slo1764000000009,
  ReleaseIsFinal1764000000010,
  DeliveryGroups1764000000011,
  OverdueRuns1764000000012,
  SloHourVersion1764000000013,
  DeliveryTurns1764000000014,
  RunReady1764000000016,
] as const;
