import { scrub, type ClientErrorReport } from '@holdfast/contracts';

/** The report as it may be stored. Clients scrub too, but a client is anyone. */
export function scrubReport(report: ClientErrorReport): ClientErrorReport {
  const { stack, componentStack, route, name, breadcrumbs } = report;
  return {
    ...report,
    name: scrub(name),
    stack: scrub(stack),
    componentStack: scrub(componentStack),
    route: scrub(route),
    breadcrumbs: breadcrumbs.map((crumb) => ({ ...crumb, what: scrub(crumb.what) })),
  };
}
