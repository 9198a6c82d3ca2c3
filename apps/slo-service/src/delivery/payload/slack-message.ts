import type { AlertNotice } from '../alert-notice.js';
import { clip, clipJson } from './clip.js';
import type { Dispatch, Sender } from './dispatch.js';

/** Bounds of Slack in UTF-16 units; `message` is one that it does not document. */
export const SLACK_LIMITS = { header: 150, section: 3_000, message: 13_000 } as const;

/** Escaped text is up to five times as long. */
const MAX_SUMMARY = 550;
const MAX_DETAIL = 500;
const MAX_NAME = 80;
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

/** The body of an incoming webhook of Slack. A webhook cannot edit: each notice is a message of its own. */
export function slackMessage({ notice }: Dispatch, { environment, region, linkUrl }: Sender): string {
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
