import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';

const OVERLAY = 'k8s/overlays/staging';

/** Stands for kubectl: writes down what it is asked, renders a namespace, and fails at what FAIL_AT names. */
const STUB = `#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in "$FAIL_AT"*) exit 1 ;; esac
[ "$1" = kustomize ] && printf 'apiVersion: v1\\nkind: Namespace\\nmetadata:\\n  labels:\\n    a: b\\n  name: holdfast-staging\\n'
exit 0
`;

describe('k8s/release.sh', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-release-'));
    writeFileSync(join(folder, 'kubectl'), STUB);
    chmodSync(join(folder, 'kubectl'), 0o755);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function release(args: readonly string[], failAt = 'nothing') {
    const log = join(folder, 'log');
    const env = cleanEnvironment();
    const { status } = spawnSync('/bin/sh', [join(repositoryRoot(), 'k8s/release.sh'), ...args], {
      env: { ...env, PATH: `${folder}:${env['PATH'] ?? ''}`, LOG: log, FAIL_AT: failAt },
    });
    const asked = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return { status, asked: asked.map((line) => line.replaceAll(/--filename \S+/g, '--filename FILE')) };
  }

  it('migrates, then replaces one app after the other, slo-service once no older worker is left', () => {
    expect(release([OVERLAY])).toEqual({
      status: 0,
      asked: [
        `kustomize ${OVERLAY}`,
        'delete job migrate --namespace holdfast-staging --ignore-not-found',
        'apply --selector app.kubernetes.io/name notin (gateway,agent-worker,slo-service) --filename FILE',
        'wait job/migrate --namespace holdfast-staging --for=condition=complete --timeout=900s',
        'apply --selector app.kubernetes.io/name=gateway --filename FILE',
        'rollout status deployment/gateway --namespace holdfast-staging --timeout=1800s',
        'apply --selector app.kubernetes.io/name=agent-worker --filename FILE',
        'rollout status deployment/agent-worker --namespace holdfast-staging --timeout=1800s',
        'apply --selector app.kubernetes.io/name=slo-service --filename FILE',
        'rollout status deployment/slo-service --namespace holdfast-staging --timeout=1800s',
      ],
    });
  });

  it('leaves the apps alone when the migration fails', () => {
    const { status, asked } = release([OVERLAY], 'wait job/migrate');
    expect(status).toBe(1);
    expect(asked.at(-1)).toMatch(/^wait job\/migrate/);
  });

  it('leaves slo-service alone while workers are not replaced', () => {
    const { status, asked } = release([OVERLAY], 'rollout status deployment/agent-worker');
    expect(status).toBe(1);
    expect(asked.filter((line) => line.includes('name=slo-service'))).toEqual([]);
  });

  it('does nothing without an overlay', () => {
    expect(release([])).toMatchObject({ asked: [] });
  });
});
