import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { AppError, type RpcReply, type RpcRequest } from '@holdfast/contracts';
import { RpcHandler } from '@holdfast/redis';
import { Deliveries } from './delivery/deliveries.js';
import { ReportSink } from './ingest/report-sink.service.js';
import { SloQueries } from './query/slo-queries.service.js';

/** Reports, questions and changes from other services. Each replica gets each of them. */
@Controller()
export class SloController {
  constructor(
    private readonly sink: ReportSink,
    private readonly queries: SloQueries,
    private readonly deliveries: Deliveries,
  ) {}

  @RpcHandler('slo.report')
  report(@Payload() report: RpcRequest<'slo.report'>): Promise<RpcReply<'slo.report'>> {
    return this.sink.take(report);
  }

  @RpcHandler('slo.status')
  status(): Promise<RpcReply<'slo.status'>> {
    return this.queries.status();
  }

  @RpcHandler('slo.series')
  series(@Payload() { id, hours, stepMinutes }: RpcRequest<'slo.series'>): Promise<RpcReply<'slo.series'>> {
    return this.queries.series(id, hours, stepMinutes);
  }

  @RpcHandler('slo.alerts')
  async alerts(@Payload() { id, limit }: RpcRequest<'slo.alerts'>): Promise<RpcReply<'slo.alerts'>> {
    return { events: await this.queries.alerts(id, limit) };
  }

  @RpcHandler('slo.silences')
  async silences(): Promise<RpcReply<'slo.silences'>> {
    return { silences: await this.queries.silences() };
  }

  @RpcHandler('slo.silence')
  async silence(@Payload() silence: RpcRequest<'slo.silence'>): Promise<RpcReply<'slo.silence'>> {
    await this.queries.silence(silence);
    return {};
  }

  @RpcHandler('slo.unsilence')
  async unsilence(@Payload() { id }: RpcRequest<'slo.unsilence'>): Promise<RpcReply<'slo.unsilence'>> {
    await this.queries.unsilence(id);
    return {};
  }

  @RpcHandler('slo.corrections')
  async corrections(): Promise<RpcReply<'slo.corrections'>> {
    return { corrections: await this.queries.corrections() };
  }

  @RpcHandler('slo.correct')
  async correct(@Payload() correction: RpcRequest<'slo.correct'>): Promise<RpcReply<'slo.correct'>> {
    await this.queries.correct(correction);
    return {};
  }

  @RpcHandler('slo.uncorrect')
  async uncorrect(@Payload() { id }: RpcRequest<'slo.uncorrect'>): Promise<RpcReply<'slo.uncorrect'>> {
    await this.queries.uncorrect(id);
    return {};
  }

  @RpcHandler('slo.deliveries')
  async list(@Payload() query: RpcRequest<'slo.deliveries'>): Promise<RpcReply<'slo.deliveries'>> {
    return { deliveries: await this.deliveries.list(query) };
  }

  @RpcHandler('slo.redeliver')
  async redeliver(@Payload() { id }: RpcRequest<'slo.redeliver'>): Promise<RpcReply<'slo.redeliver'>> {
    const outcome = await this.deliveries.retry(id);
    if (outcome === 'unknown') throw new AppError('not_found', 'There is no such delivery.');
    // A replica that comes second finds it queued already.
    if (outcome === 'not_dead') throw new AppError('conflict', 'The delivery is not dead.');
    return {};
  }
}
