import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AlertNotice } from '../alert-notice.js';
import { dedupKeyOf } from '../outbox/dedup-key.js';
import { storableJson } from '../outbox/storable-json.js';
import { clip } from './clip.js';
import type { Dispatch } from './dispatch.js';
import { PAGERDUTY_LIMITS, pagerdutyEvent } from './pagerduty-event.js';
import { pushedAlerts } from './pushed-alerts.js';
import { signatureHeaders } from './sign-webhook.js';
import { SLACK_LIMITS, slackMessage } from './slack-message.js';
import { webhookMessage } from './webhook-message.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5_000 }),
  fc.constantFrom('', '<!channel>', '```', '&'.repeat(9_000), '🔥'.repeat(9_000), 'x'.repeat(100_000)),
);

const anyNotice: fc.Arbitrary<AlertNotice> = fc.record({
  slo: anyText,
  title: anyText,
  service: anyText,
  kind: fc.constantFrom('burn', 'budget'),
  incident: anyText,
  action: fc.constantFrom('trigger', 'resolve'),
  transition: fc.constantFrom('fired', 'resolved'),
  severity: fc.constantFrom('critical', 'warning'),
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  summary: anyText,
  detail: fc.dictionary(fc.string({ maxLength: 30 }), fc.oneof(anyText, fc.integer(), fc.array(anyText)), {
    maxKeys: 8,
  }),
});

const anySingle: fc.Arbitrary<Omit<Dispatch, 'group'>> = anyNotice.map((notice) => ({
  id: '7',
  dedupKey: dedupKeyOf(notice, 'test/eu'),
  notice,
  startedAt: notice.at - 1_000,
}));

const anyGroup = fc.record({
  key: fc.constant('test/eu/chat'),
  others: fc.array(anySingle, { maxLength: SLACK_LIMITS.alerts - 1 }),
  leftOut: fc.integer({ min: 0, max: 1_000 }),
});

const anyDispatch: fc.Arbitrary<Dispatch> = fc
  .tuple(anySingle, fc.option(anyGroup))
  .map(([single, group]) => (group === null ? single : { ...single, group }));

const SENDER = { environment: 'test', region: 'eu', linkUrl: 'https://holdfast.example/slo?a=1&b=<2>|3' };

interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly {
    readonly type: string;
    readonly text?: { readonly text: string };
    readonly elements?: readonly { readonly text: string }[];
  }[];
}

describe('what is sent', () => {
  it('keeps to the bounds of PagerDuty', () => {
    fc.assert(
      fc.property(anyDispatch, (dispatch) => {
        const text = pagerdutyEvent(dispatch, 'k'.repeat(255), SENDER);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGERDUTY_LIMITS.bytes);
        const event = JSON.parse(text) as { dedup_key: string; payload: { summary: string } };
        expect(event.dedup_key.length).toBeLessThanOrEqual(PAGERDUTY_LIMITS.dedupKey);
        expect(event.payload.summary.length).toBeLessThanOrEqual(PAGERDUTY_LIMITS.summary);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to the bounds of Slack, and mentions nobody', () => {
    fc.assert(
      fc.property(anyDispatch, (dispatch) => {
        const text = slackMessage(dispatch, SENDER);
        expect(text.length).toBeLessThanOrEqual(SLACK_LIMITS.message);
        const { blocks, text: short } = JSON.parse(text) as SlackMessage;
        expect(blocks.length).toBeLessThanOrEqual(50);
        const header = blocks.find(({ type }) => type === 'header')?.text?.text ?? '';
        expect(header.length).toBeLessThanOrEqual(SLACK_LIMITS.header);
        const marked = blocks.flatMap(({ type, text: own, elements = [] }) => [
          ...(type === 'section' ? [own?.text ?? ''] : []),
          ...elements.map((element) => element.text),
        ]);
        for (const each of [short, ...marked]) {
          expect(each.length).toBeGreaterThan(0);
          expect(each.length).toBeLessThanOrEqual(SLACK_LIMITS.section);
          expect(each.replace(/<https:[^<>]*\|Open>/, '')).not.toMatch(/[<>]/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what goes to a webhook and to Alertmanager small, and its end after its beginning', () => {
    fc.assert(
      fc.property(anyDispatch, (dispatch) => {
        const hook = webhookMessage(dispatch, SENDER);
        const pushed = pushedAlerts(dispatch, SENDER, { now: dispatch.notice.at, holdMs: 240_000 });
        expect(Buffer.byteLength(hook)).toBeLessThan((1 + (dispatch.group?.others.length ?? 0)) * 256 * 1_024);
        expect(Buffer.byteLength(pushed)).toBeLessThan(256 * 1_024);
        for (const { startsAt, endsAt } of JSON.parse(pushed) as { startsAt: string; endsAt: string }[]) {
          expect(Date.parse(endsAt)).toBeGreaterThanOrEqual(Date.parse(startsAt));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ends the alert of the other severity when it changes', () => {
    const [notice] = fc.sample(anyNotice, { numRuns: 1, seed: 1 });
    if (notice === undefined) throw new Error('no sample');
    const at = 1_000_000;
    const dispatch = {
      id: '1',
      dedupKey: 'k',
      startedAt: at,
      notice: { ...notice, at, action: 'trigger', severity: 'critical' },
    };
    const pushed = pushedAlerts(dispatch as Dispatch, SENDER, { now: at + 5, holdMs: 100 });
    const ends = (JSON.parse(pushed) as { endsAt: string }[]).map(({ endsAt }) => Date.parse(endsAt));
    expect(ends).toEqual([at + 105, at]);
  });

  it('cuts between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const cut = clip(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(/\p{Surrogate}/u.test(cut)).toBe(false);
        if (text.length <= max) expect(cut).toBe(text);
      }),
    );
  });

  it('signs as Standard Webhooks does', () => {
    // The example of its specification.
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const part = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', now: 1_614_265_330_000 };
    expect(signatureHeaders(secret, part, '{"test": 2432232314}')).toEqual({
      'webhook-id': part.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is text that Postgres takes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = storableJson({ value });
        expect(text).not.toMatch(/\\u0000/);
        JSON.parse(text);
      }),
    );
    expect(storableJson({ 'a\u0000': ['\ud83d\ude00 \ud83d', 2n] })).toBe('{"a\ufffd":["\ud83d\ude00 \ufffd","2"]}');
  });
});
