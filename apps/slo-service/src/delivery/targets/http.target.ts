import { postJson, type JsonPost, type PostOptions } from '../http/post.js';
import type { Dispatch } from '../payload/dispatch.js';
import type { AlertTarget, Pace, Reminder, SendOutcome } from './alert-target.port.js';
import { judgeResult } from './judge-result.js';

export interface HttpTargetOptions {
  readonly name: string;
  readonly pace: Pace;
  readonly reminder?: Reminder;
  readonly groupOf?: number;
  readonly compose: (dispatch: Dispatch) => JsonPost;
}

/** A target that takes each notice as one request. */
export class HttpTarget implements AlertTarget {
  readonly name: string;
  readonly kind: string;
  readonly pace: Pace;
  readonly reminder: Reminder | undefined;
  readonly groupOf: number | undefined;
  readonly reachesPeople = true;

  constructor(
    private readonly options: HttpTargetOptions,
    private readonly network: Omit<PostOptions, 'signal'>,
  ) {
    this.name = this.kind = options.name;
    this.pace = options.pace;
    this.reminder = options.reminder;
    this.groupOf = options.groupOf;
  }

  async send(dispatch: Dispatch, signal: AbortSignal): Promise<SendOutcome> {
    return judgeResult(await postJson(this.options.compose(dispatch), { ...this.network, signal }));
  }
}
