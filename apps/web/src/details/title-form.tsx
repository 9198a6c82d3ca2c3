import { useState } from 'react';

interface TitleFormProps {
  readonly title: string;
  readonly onSave: (title: string) => Promise<boolean>;
}

export function TitleForm({ title, onSave }: TitleFormProps) {
  const [text, setText] = useState(title);
  const next = text.trim();
  const isChanged = next !== '' && next !== title;
  return (
    <form
      className="details__title"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) void onSave(next);
      }}
    >
      <label className="field">
        <span className="field__label">Title</span>
        <input
          className="hf-input"
          data-testid="rename"
          value={text}
          maxLength={200}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
      </label>
      {isChanged && (
        <button type="submit" className="hf-button hf-button--small hf-button--primary">
          Rename
        </button>
      )}
    </form>
  );
}
