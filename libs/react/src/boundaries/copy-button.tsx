/** Copies a text; where the clipboard is forbidden, the text beside it can still be selected. */
export function CopyButton({ text }: { readonly text: string }) {
  return (
    <button
      type="button"
      onClick={() => {
        // Absent outside a secure context.
        const { clipboard } = navigator as { readonly clipboard?: Clipboard };
        clipboard?.writeText(text).catch(() => undefined);
      }}
    >
      Copy text
    </button>
  );
}
