import { viewText, type ViewPart } from '@holdfast/client';
import { useContext, type ReactNode } from 'react';
import { Prose } from '../text/markdown.js';
import { PlainContext } from './plain-context.js';
import { ToolCard } from './tool-card.js';

interface MessagePartsProps {
  readonly parts: readonly ViewPart[];
  readonly isLive?: boolean;
}

/** What a message holds, in order; a tool's result stands in the card of its call. */
export function MessageParts({ parts, isLive = false }: MessagePartsProps) {
  const isPlain = useContext(PlainContext);
  if (isPlain) return <pre className="hf-message__plain">{viewText(parts)}</pre>;
  return parts.map((part, index) => renderPart({ part, index, parts, isLive }));
}

interface PartContext {
  readonly part: ViewPart;
  readonly index: number;
  readonly parts: readonly ViewPart[];
  readonly isLive: boolean;
}

function renderPart({ part, index, parts, isLive }: PartContext): ReactNode {
  switch (part.type) {
    case 'text':
      return <Prose key={index} text={part.text} isLive={isLive} />;
    case 'tool_call': {
      const result = parts.find((other) => other.type === 'tool_result' && other.callId === part.callId);
      const outcome = result?.type === 'tool_result' ? { result: { ok: result.ok, value: result.result } } : {};
      return <ToolCard key={index} tool={part.tool} args={part.args} isLive={isLive} {...outcome} />;
    }
    case 'tool_result': {
      const hasCall = parts.some((other) => other.type === 'tool_call' && other.callId === part.callId);
      const result = { ok: part.ok, value: part.result };
      return hasCall ? null : <ToolCard key={index} tool={part.tool} args={null} isLive={isLive} result={result} />;
    }
    case 'unknown':
      return (
        <p key={index} className="hf-message__unsupported">
          This part needs a newer version of this page.
        </p>
      );
  }
}
