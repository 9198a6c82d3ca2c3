interface CopyButtonProps {
  readonly text: string;
  readonly label?: string;
  readonly className?: string;
}

/** Copies a text; where the clipboard is forbidden, the text beside it can still be selected. */
export function CopyButton({ text, label = 'Copy text', className }: CopyButtonProps) {
  return (
    <button
      type="button"
      className={className}
      onClick={() => {
        // Absent outside a secure context.
        const { clipboard } = navigator as { readonly clipboard?: Clipboard };
        clipboard?.writeText(text).catch(() => undefined);
      }}
    >
      {label}
    </button>
  );
}
