import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { ProbeService, type ProbeAnswer } from './probe.service.js';

/** What a probe needs of the reply, whichever HTTP library is below. */
interface Reply {
  status(code: number): unknown;
}

/** Kubernetes' probes. They are answered from memory, without authentication, and tell no host and no error text. */
@Controller('health')
export class HealthController {
  constructor(private readonly probes: ProbeService) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(@Res({ passthrough: true }) reply: Reply): HealthCheckResult {
    return answer(reply, this.probes.live());
  }

  @Get('startup')
  @Header('Cache-Control', 'no-store')
  startup(@Res({ passthrough: true }) reply: Reply): HealthCheckResult {
    return answer(reply, this.probes.startup());
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  ready(@Res({ passthrough: true }) reply: Reply): HealthCheckResult {
    return answer(reply, this.probes.ready());
  }
}

// Set rather than thrown: an application's exception filter would put its own error shape in place of the report.
function answer(reply: Reply, { passes, report }: ProbeAnswer): HealthCheckResult {
  reply.status(passes ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
  return report;
}
