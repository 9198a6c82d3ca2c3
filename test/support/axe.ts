import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
const DEVELOPMENT_PANEL = '[data-testid="panel"]';

function checker(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).exclude(DEVELOPMENT_PANEL).setLegacyMode();
}

async function violations(builder: AxeBuilder): Promise<string[]> {
  const found = await builder.analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => [id, html, failureSummary].join('\n')),
  );
}

/** What breaks WCAG 2.2 AA on the page as it is shown, in light, and in dark, where only colours differ. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await violations(checker(page).withTags(WCAG));
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await violations(checker(page).withRules(['color-contrast']));
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark];
}
