/** What a person wants from the guide. */
export type Intent =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'thanks' }
  | { readonly kind: 'abilities' }
  | { readonly kind: 'status' }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'long'; readonly topic: string }
  | { readonly kind: 'more' }
  | { readonly kind: 'question' };

const GREETING =
  /^(?:hi|hello|hey|hallo|hiya|howdy|good (?:morning|afternoon|evening|day)|how are you)(?: (?:there|guide|all|everyone))?[\s!.,]*$/i;
const THANKS = /^(?:thanks|thank you|thx|cheers|great,? thanks|perfect|nice|cool|awesome)\b[^?]{0,40}$/i;
const ABILITIES = /^(?:help|\?|what can (?:you|i) (?:do|ask)\b.*|how can you help\b.*|what do you know\b.*)[\s!.?]*$/i;
const LONG =
  /\b(?:long|longer|detailed|lengthy|extensive|in[- ]depth|full)\b[^.?!]{0,30}\b(?:answer|essay|text|tour|story|explanation|overview|article|reply|version)\b/i;
const MORE =
  /^(?:(?:tell me |say |show me |a bit |some )?more|go on|continue|and\?|what else|anything else|keep going)(?: please)?[\s!.?]*$/i;

const STATUS: readonly RegExp[] = [
  /\bsystem[ .]status\b/i,
  /\b(?:status|state|health) of (?:the )?(?:system|holdfast|instances|gateways|workers)\b/i,
  /\b(?:what|who|which|how many|list|show)\b.*\b(?:instances|gateways|workers|processes|services)\b.*\b(?:run|running|up|alive|there|online|now)\b/i,
  /\b(?:how many|list|show)(?: me| all| the)*\s+(?:instances|gateways|workers|processes)\b/i,
  /\bwhat(?:'s| is)? (?:is )?running\b/i,
  /\b(?:is|are) (?:everything|the system|all|holdfast|it|things) (?:up|ok|okay|healthy|running|alive|fine)\b/i,
  /^(?:status|health|system)[\s!.?]*$/i,
  /\bhow (?:is|are) (?:the system|things|everything)(?: doing)?\b/i,
];

const SEARCH: readonly RegExp[] = [
  /^(?:please |can you |could you )*(?:search|look)(?: (?:this|the) (?:thread|chat|conversation))?(?: for)? (?<query>.+)$/i,
  /^(?:please |can you |could you )*find (?!out\b)(?:me )?(?<query>.+)$/i,
  /\b(?:who|where|when) (?:did |has |have )?(?:\p{L}+ )?(?:said|say|mentioned|mention|wrote|write|talked about|talk about) (?:something |anything )?(?:about )?(?<query>.+)$/iu,
  /\b(?:did|has|have) (?:anyone|anybody|someone|somebody|we|i|you) (?:say|said|mention|mentioned|write|written|talk|talked)(?: anything| something)?(?: about)? (?<query>.+)$/i,
  /\bwhat (?:did|has|have) \p{L}+ (?:say|said|write|written) (?:about )?(?<query>.+)$/iu,
];
const SEARCH_TAIL = /\s+(?:in|from|of) (?:this|the|our) (?:thread|chat|conversation|discussion)\s*$/i;
const SEARCH_HEAD =
  /^(?:for |(?:a |the |all |any |old |earlier )*(?:messages?|posts?) (?:about|with|containing|that (?:mention|contain|say)s?|on) )/i;

function cleanQuery(raw: string): string {
  return raw
    .trim()
    .replace(/[?.!]+$/, '')
    .replace(SEARCH_TAIL, '')
    .replace(SEARCH_HEAD, '')
    .replace(/^["'“”«»]+|["'“”«»]+$/g, '')
    .trim()
    .slice(0, 200);
}

function searchQuery(text: string): string | undefined {
  for (const pattern of SEARCH) {
    const query = cleanQuery(pattern.exec(text)?.groups?.['query'] ?? '');
    if (query !== '') return query;
  }
  return undefined;
}

/** The text without mentions such as `@Guide`. */
export function withoutMentions(text: string): string {
  return text
    .replace(/(^|\s)@[\p{L}\p{N}_-]+[,:]?/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Reads the intent from a message without mentions; a pure table of patterns, so the same words mean the same thing. */
export function intentOf(text: string): Intent {
  if (text === '' || GREETING.test(text)) return { kind: 'greeting' };
  if (ABILITIES.test(text)) return { kind: 'abilities' };
  if (THANKS.test(text)) return { kind: 'thanks' };
  if (MORE.test(text)) return { kind: 'more' };
  if (LONG.test(text)) return { kind: 'long', topic: text.replace(LONG, ' ') };
  if (STATUS.some((pattern) => pattern.test(text))) return { kind: 'status' };
  const query = searchQuery(text);
  return query === undefined ? { kind: 'question' } : { kind: 'search', query };
}
