import type { AlertNotice } from '../alert-notice.js';
import { clip, clipJson } from './clip.js';
import type { Dispatch, Sender } from './dispatch.js';

/** Bounds of Slack in UTF-16 units; `message` is one that it does not document, and `alerts` is ours. */
export const SLACK_LIMITS = { header: 150, section: 3_000, message: 13_000, alerts: 10 } as const;

/** Escaped text is up to five times as long. */
const MAX_SUMMARY = 550;
const MAX_DETAIL = 500;
const MAX_NAME = 80;
/** Of one alert among others. */
const MAX_LINE = 150;
const MAX_LINK = 200;

const ICONS = { critical: '🔴', warning: '🟠', over: '🟢' } as const;

/** `&`, `<` and `>` are all that Slack reads as markup by itself: links, and mentions of people and channels. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function headline({ action, severity, title }: AlertNotice): string {
  if (action === 'resolve') return `${ICONS.over} Resolved: ${title}`;
  return `${ICONS[severity]} ${severity === 'critical' ? 'Critical' : 'Warning'}: ${title}`;
}

/** A link that is too long is left out. */
function linkTo(url: string | undefined): string {
  const href = url === undefined ? '' : new URL(url).href.replaceAll('|', '%7C').replaceAll('>', '%3E');
  return href === '' || href.length > MAX_LINK ? '' : `\n<${href}|Open>`;
}

/** Back ticks would end the block of code. */
function code(detail: Record<string, unknown>): string {
  return `\`\`\`${escape(clipJson(detail, MAX_DETAIL).replaceAll('`', "'"))}\`\`\``;
}

/** The body of an incoming webhook of Slack. A webhook cannot edit: each message says what is, and is a new one. */
export function slackMessage(dispatch: Dispatch, sender: Sender): string {
  const others = dispatch.group?.others ?? [];
  if (others.length > 0) return severalAlerts([dispatch, ...others], dispatch.group?.leftOut ?? 0, sender);
  return oneAlert(dispatch, sender);
}

function severalAlerts(
  dispatches: readonly Omit<Dispatch, 'group'>[],
  leftOut: number,
  { environment, region, linkUrl }: Sender,
): string {
  const notices = dispatches.map(({ notice }) => notice);
  const firing = notices.filter(({ action }) => action === 'trigger');
  const critical = firing.filter(({ severity }) => severity === 'critical').length;
  const icon = critical > 0 ? ICONS.critical : firing.length > 0 ? ICONS.warning : ICONS.over;
  const service = clip(notices[0]?.service ?? '', MAX_NAME);
  const counts = [
    `${String(critical)} critical`,
    `${String(firing.length - critical)} warning`,
    `${String(notices.length - firing.length)} resolved`,
  ].filter((count) => !count.startsWith('0 '));
  const head = clip(`${icon} ${service}: ${counts.join(', ')}`, SLACK_LIMITS.header);
  const lines = notices.map((each) => escape(clip(`${headline(each)}: ${each.summary}`, MAX_LINE)));
  const more = leftOut === 0 ? [] : [`${String(leftOut)} more go on firing`];
  const context = `${escape(service)} · ${escape(clip(`${environment}/${region}`, MAX_NAME))}${linkTo(linkUrl)}`;
  return JSON.stringify({
    text: escape(head),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: head } },
      ...[...lines, ...more].map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } })),
      { type: 'context', elements: [{ type: 'mrkdwn', text: context }] },
    ],
  });
}

function oneAlert({ notice }: Dispatch, { environment, region, linkUrl }: Sender): string {
  const head = clip(headline(notice), SLACK_LIMITS.header);
  const names = [notice.service, notice.slo, notice.kind, notice.transition, `${environment}/${region}`];
  const context = names.map((name) => escape(clip(name, MAX_NAME))).join(' · ');
  const body = escape(clip(notice.summary, MAX_SUMMARY));
  const sections = [
    `${body}${linkTo(linkUrl)}`,
    ...(Object.keys(notice.detail).length === 0 ? [] : [code(notice.detail)]),
  ];
  return JSON.stringify({
    // Shown in notifications; also where blocks are not.
    text: escape(clip(`${headline(notice)}: ${notice.summary}`, MAX_SUMMARY)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: head } },
      ...sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } })),
      { type: 'context', elements: [{ type: 'mrkdwn', text: context }] },
    ],
  });
}
