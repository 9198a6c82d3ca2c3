import { useState } from 'react';
import type { PanelControl } from './panel-control.js';
import { PANEL_STATES } from './panel-states.js';
import './panel.css';

/** A root of its own draws it, so that it survives whatever it breaks. */
export function Panel({ control, initial }: { readonly control: PanelControl; readonly initial: string }) {
  const [current, setCurrent] = useState(initial);
  const hint = PANEL_STATES.find(({ id }) => id === current)?.hint;
  return (
    <details className="panel" data-testid="panel" open>
      <summary>Panel</summary>
      <p className="panel__hint">{hint ?? 'Breaks this page on purpose. Nothing on the server changes.'}</p>
      <div className="panel__states">
        <button
          type="button"
          data-testid="panel-heal"
          onClick={() => {
            control.heal();
            setCurrent('');
          }}
        >
          All well
        </button>
        {PANEL_STATES.map((state) => (
          <button
            key={state.id}
            type="button"
            data-testid={`panel-${state.id}`}
            aria-pressed={state.id === current}
            onClick={() => {
              state.enter(control);
              setCurrent(state.id);
            }}
          >
            {state.label}
          </button>
        ))}
      </div>
    </details>
  );
}
