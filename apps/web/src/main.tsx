// First, so that the parts' own styles may refine them.
import './styles/base.css';
import { AppBoundary, ReportContext } from '@holdfast/react';
import { saveUnsent } from './account/save-unsent.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { reportFault, startReporting } from './errors.js';
import { Injection, loadPanel } from './panel/injection.js';
import { registerShell } from './register-shell.js';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');

await loadPanel();
createRoot(root, startReporting()).render(
  <StrictMode>
    <ReportContext value={reportFault}>
      <Injection>
        <AppBoundary onExport={() => void saveUnsent()}>
          <App />
        </AppBoundary>
      </Injection>
    </ReportContext>
  </StrictMode>,
);

registerShell();
