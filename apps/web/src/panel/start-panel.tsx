import { createRoot } from 'react-dom/client';
import { Panel } from './panel.js';
import { PanelControl } from './panel-control.js';
import { PANEL_STATES } from './panel-states.js';

/** Shows the panel, in the state that the address asks for; see `panelWanted`. */
export function startPanel(initial: string): PanelControl {
  const control = new PanelControl();
  PANEL_STATES.find(({ id }) => id === initial)?.enter(control);
  const place = document.createElement('aside');
  place.setAttribute('aria-label', 'Development panel');
  document.body.append(place);
  createRoot(place).render(<Panel control={control} initial={initial} />);
  return control;
}
