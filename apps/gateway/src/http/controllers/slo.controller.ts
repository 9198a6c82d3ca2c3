import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AppError,
  type SloAlertPage,
  type SloSeries,
  type SloStatusEntry,
  type SloStatusPage,
  type RpcReply,
} from '@holdfast/contracts';
import { RpcClient } from '@holdfast/redis';
import { callerOf } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';
import { SloReports } from '../slo/slo-reports.service.js';

/** Transitions of one answer. */
const MAX_EVENTS = 100;

const RETRY_AFTER_S = '5';

/** Who makes a change; in development nobody has to sign in. */
function authorOf(request: FastifyRequest): string {
  return callerOf(request)?.user.userId ?? 'development';
}

/** The numbers of the SLO service, over Nest's Redis transport. */
@Controller()
export class SloController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly reports: SloReports,
  ) {}

  @Endpoint('slo.status')
  async status(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SloStatusPage | undefined> {
    const page = await this.reports.latest();
    if (page.staleForMs > 0) {
      reply.status(503).header('retry-after', RETRY_AFTER_S);
      return page;
    }
    const tag = `"${page.asOf ?? 'none'}"`;
    reply.header('etag', tag);
    if (request.headers['if-none-match'] !== tag) return page;
    reply.status(304);
    return undefined;
  }

  @Endpoint('slo.get')
  async get(@Input() { params }: EndpointInput<'slo.get'>): Promise<SloStatusEntry> {
    const { slos } = await this.rpc.call('slo.status', {});
    const entry = slos.find(({ id }) => id === params.id);
    if (entry === undefined) throw new AppError('not_found', 'There is no such SLO.');
    return entry;
  }

  @Endpoint('slo.series')
  series(@Input() { params, query }: EndpointInput<'slo.series'>): Promise<SloSeries> {
    return this.rpc.call('slo.series', { ...params, ...query });
  }

  @Endpoint('slo.alerts')
  alerts(@Input() { params }: EndpointInput<'slo.alerts'>): Promise<SloAlertPage> {
    return this.rpc.call('slo.alerts', { ...params, limit: MAX_EVENTS });
  }

  @Endpoint('slo.definition.export')
  definitions(): Promise<RpcReply<'slo.export'>> {
    return this.rpc.call('slo.export', {});
  }

  @Endpoint('slo.definition.apply')
  define(
    @Req() request: FastifyRequest,
    @Input() { query, body }: EndpointInput<'slo.definition.apply'>,
  ): Promise<RpcReply<'slo.define'>> {
    return this.rpc.call('slo.define', { ...body, isDryRun: query.dryRun === 'true', by: authorOf(request) });
  }

  @Endpoint('slo.definition.delete')
  async remove(
    @Req() request: FastifyRequest,
    @Input() { params }: EndpointInput<'slo.definition.delete'>,
  ): Promise<void> {
    await this.rpc.call('slo.remove', { ...params, by: authorOf(request) });
  }

  @Endpoint('slo.silence.list')
  silences(): Promise<RpcReply<'slo.silences'>> {
    return this.rpc.call('slo.silences', {});
  }

  @Endpoint('slo.silence.create')
  async silence(@Req() request: FastifyRequest, @Input() { body }: EndpointInput<'slo.silence.create'>): Promise<void> {
    await this.rpc.call('slo.silence', { ...body, createdBy: authorOf(request) });
  }

  @Endpoint('slo.silence.delete')
  async unsilence(@Input() { params }: EndpointInput<'slo.silence.delete'>): Promise<void> {
    await this.rpc.call('slo.unsilence', params);
  }

  @Endpoint('slo.correction.list')
  corrections(): Promise<RpcReply<'slo.corrections'>> {
    return this.rpc.call('slo.corrections', {});
  }

  @Endpoint('slo.correction.create')
  async correct(
    @Req() request: FastifyRequest,
    @Input() { body }: EndpointInput<'slo.correction.create'>,
  ): Promise<void> {
    await this.rpc.call('slo.correct', { ...body, createdBy: authorOf(request) });
  }

  @Endpoint('slo.correction.delete')
  async uncorrect(@Input() { params }: EndpointInput<'slo.correction.delete'>): Promise<void> {
    await this.rpc.call('slo.uncorrect', params);
  }

  @Endpoint('slo.delivery.list')
  deliveries(@Input() { query }: EndpointInput<'slo.delivery.list'>): Promise<RpcReply<'slo.deliveries'>> {
    return this.rpc.call('slo.deliveries', query);
  }

  @Endpoint('slo.delivery.retry')
  async redeliver(@Input() { params }: EndpointInput<'slo.delivery.retry'>): Promise<void> {
    await this.rpc.call('slo.redeliver', params);
  }
}
