import type { Entry, NamedDocuments } from '../yaml/named-documents.js';
import type { OpenSloProblem } from '../problem.js';
import type { AlertConditionSpec, AlertPolicySpec } from '../yaml/schema.js';
import type { Path, YamlSource } from '../yaml/yaml-source.js';

/**
 * What is wrong with the alert policies and conditions of a text.
 *
 * They are checked and change nothing: v1 allows one condition with one lookback window, and every SLO of Holdfast is
 * judged by the burn rules of `@holdfast/slo`, each with two windows, a cap and a guard against chance.
 */
export function checkAlerts(documents: NamedDocuments): OpenSloProblem[] {
  return [
    ...documents.of('AlertCondition').flatMap(({ document, source }) => opProblems(document.spec, source, ['spec'])),
    ...documents
      .of('AlertPolicy')
      .flatMap(({ document, source }) => policyProblems(document.spec, { source, path: ['spec'] }, documents)),
    ...documents.of('SLO').flatMap((entry) => referenceProblems(entry, documents)),
  ];
}

function referenceProblems({ document, source }: Entry<'SLO'>, documents: NamedDocuments): OpenSloProblem[] {
  return (document.spec.alertPolicies ?? []).flatMap((policy, index) => {
    const path = ['spec', 'alertPolicies', index];
    if (typeof policy === 'string') return documents.missing('AlertPolicy', policy, { source, path });
    if ('alertPolicyRef' in policy) {
      return documents.missing('AlertPolicy', policy.alertPolicyRef, { source, path: [...path, 'alertPolicyRef'] });
    }
    return policyProblems(policy.spec, { source, path: [...path, 'spec'] }, documents);
  });
}

function policyProblems(
  policy: AlertPolicySpec,
  { source, path }: { readonly source: YamlSource; readonly path: Path },
  documents: NamedDocuments,
): OpenSloProblem[] {
  return policy.conditions.flatMap((condition, index) => {
    const at = [...path, 'conditions', index];
    return 'conditionRef' in condition
      ? documents.missing('AlertCondition', condition.conditionRef, { source, path: [...at, 'conditionRef'] })
      : opProblems(condition.spec, source, [...at, 'spec']);
  });
}

function opProblems({ condition }: AlertConditionSpec, source: YamlSource, path: Path): OpenSloProblem[] {
  const isInverted = condition.op === 'lte' || condition.op === 'lt';
  return isInverted ? [source.problem('alert_op_inverted', [...path, 'condition', 'op'])] : [];
}
