import { Controller, StreamableFile } from '@nestjs/common';
import type { EventPage, SearchPage } from '@holdfast/contracts';
import { exportThread, readEvents, searchMessages } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Caller, type RestCaller } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';
import { ExportStreams } from '../export/export-streams.service.js';

/** Before this seq lies everything. */
const END = Number.MAX_SAFE_INTEGER;

/** The log of a conversation: pages, file, search. */
@Controller()
export class HistoryController {
  constructor(
    private readonly database: Database,
    private readonly streams: ExportStreams,
  ) {}

  @Endpoint('event.list')
  page(@Caller() { user }: RestCaller, @Input() { params, query }: EndpointInput<'event.list'>): Promise<EventPage> {
    const { afterSeq, beforeSeq = END, limit } = query;
    const place = { threadId: params.threadId, limit };
    return readEvents(this.database, user, afterSeq === undefined ? { ...place, beforeSeq } : { ...place, afterSeq });
  }

  @Endpoint('thread.export')
  async export(
    @Caller() { user }: RestCaller,
    @Input() { params }: EndpointInput<'thread.export'>,
  ): Promise<StreamableFile> {
    const { threadId } = params;
    const stream = await this.streams.open(user.userId, () => exportThread(this.database, user, threadId));
    const disposition = `attachment; filename="holdfast-${threadId}.json"`;
    return new StreamableFile(stream, { type: 'application/json; charset=utf-8', disposition });
  }

  @Endpoint('message.search')
  search(@Caller() { user }: RestCaller, @Input() { query }: EndpointInput<'message.search'>): Promise<SearchPage> {
    return searchMessages(this.database, user, query);
  }
}
