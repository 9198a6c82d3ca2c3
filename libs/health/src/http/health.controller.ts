import { Controller, Get, Header, Headers, HttpStatus, Ip, Query, Res } from '@nestjs/common';
import { DeepHealth } from './deep-health.service.js';
import { HEALTH_JSON, toHealthJson } from './health-json.js';
import { ProbeService, type ProbeAnswer } from './probe.service.js';

/** What an answer needs of the reply, whichever HTTP library is below. */
interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Kubernetes' probes, answered from memory, and the deep report. None tells a host or an error text. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly probes: ProbeService,
    private readonly deep: DeepHealth,
  ) {}

  /** All checks, for operators; anybody else is told the status alone. `?fresh=1` samples first. */
  @Get()
  @Header('Cache-Control', 'no-store')
  async report(
    @Headers() headers: RequestHeaders,
    @Ip() address: string,
    @Query('fresh') fresh: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<object> {
    const isAdmitted = this.deep.admits({
      authorization: headers['authorization'],
      address,
      isForwarded: headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined,
    });
    if (fresh !== undefined && !isAdmitted) {
      reply.status(HttpStatus.UNAUTHORIZED);
      reply.header('WWW-Authenticate', 'Bearer');
      return { status: 'unauthorized', message: 'fresh needs the operations token' };
    }
    const found = await this.deep.report(fresh !== undefined);
    return respond(reply, headers, isAdmitted ? found : withoutDetails(found));
  }

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(@Headers() headers: RequestHeaders, @Res({ passthrough: true }) reply: Reply): object {
    return respond(reply, headers, this.probes.live());
  }

  @Get('startup')
  @Header('Cache-Control', 'no-store')
  startup(@Headers() headers: RequestHeaders, @Res({ passthrough: true }) reply: Reply): object {
    return respond(reply, headers, this.probes.startup());
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  ready(@Headers() headers: RequestHeaders, @Res({ passthrough: true }) reply: Reply): object {
    return respond(reply, headers, this.probes.ready());
  }
}

function withoutDetails({ passes, report }: ProbeAnswer): ProbeAnswer {
  return { passes, report: { ...report, info: {}, error: {}, details: {} } };
}

// Set rather than thrown: an application's exception filter would put its own error shape in place of the report.
function respond(reply: Reply, headers: RequestHeaders, answer: ProbeAnswer): object {
  reply.status(answer.passes ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
  if (headers['accept']?.includes(HEALTH_JSON) !== true) return answer.report;
  reply.header('Content-Type', HEALTH_JSON);
  return toHealthJson(answer);
}
